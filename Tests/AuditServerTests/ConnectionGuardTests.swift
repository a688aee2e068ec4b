import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import AuditServer

/// What becomes of a connection whose answer begins before its request has ended.
@Suite struct ConnectionGuardTests {
    private static let head = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")

    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ConnectionGuard(ServerLimits()))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(HTTPRequestPart.head(head))
        return channel
    }

    /// The end of the request comes between two parts of a long answer: it comes as a whole all the same, and then the connection ends.
    @Test func theRequestEndsWithinTheAnswer() throws {
        let channel = try Self.channel()
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: "a page")))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        guard case .head(let head)? = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("there is no answer")
            return
        }
        #expect(head.headerFields[.connection] == "close")
        #expect(try channel.readOutbound(as: HTTPResponsePart.self) == .body(ByteBuffer(string: "a page")))
        #expect(try channel.readOutbound(as: HTTPResponsePart.self) == .end(nil))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }

    /// What comes behind an answer is dropped until the request ends.
    @Test func theRequestEndsBehindTheAnswer() throws {
        let channel = try Self.channel()
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .unauthorized)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(channel.isActive)
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "the rest")))
        #expect(channel.isActive)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }

    /// A body of eleven gigabytes, if the limits allow it.
    @Test func manyBytes() throws {
        let channel = try Self.channel()
        let buffer = ByteBuffer(repeating: 0x20, count: 64 << 20)
        for _ in 0..<170 {
            try channel.writeInbound(HTTPRequestPart.body(buffer))
            _ = try channel.readInbound(as: HTTPRequestPart.self)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test(arguments: ["close", "Close", "keep-alive,\tCLOSE ", "keep-alive", "closed"]) func lastRequests(text: String)
        throws
    {
        let channel = EmbeddedChannel(handler: ConnectionGuard(ServerLimits()))
        var head = Self.head
        head.headerFields[.connection] = text
        try channel.writeInbound(HTTPRequestPart.head(head))
        guard case .head(let found)? = try channel.readInbound(as: HTTPRequestPart.self) else {
            Issue.record("the request is gone")
            return
        }
        #expect(
            (found.headerFields[.connection] == "close")
                == text.lowercased().split { " ,\t".contains($0) }.contains("close"))
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
