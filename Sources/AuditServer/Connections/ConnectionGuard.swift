import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Keeps slow and broken clients from holding a connection, and what comes with it, for ever.
///
/// - A body has to come at a least rate, as far as the server waits for it and not the other way round.
/// - An answer has to be taken.
/// - A request that is refused before its body came is answered, and what still comes of the body is dropped for a moment, so that the
///   client reads the answer and not a reset.
/// - Headers that are too large are answered by 431.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ServerLimits
    /// A body is coming.
    private var isInBody = false
    private var bodyBytes = 0
    /// Time that the server has waited for the body, and since when it does.
    private var waited = TimeAmount.zero
    private var waitsSince: NIODeadline?
    /// Answers that are not written as a whole.
    private var unanswered = 0
    /// The connection ends with the answer; what still comes is dropped.
    private var isEnding = false
    /// That answer is written.
    private var isAnswered = false
    private var check: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    private static let lingering = TimeAmount.seconds(2)

    init(_ limits: ServerLimits) { self.limits = limits }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        noteEndOfWaiting()
        var part = unwrapInboundIn(data)
        switch part {
        case .head(var head):
            // A request behind the last one that is answered.
            guard !isEnding else { return }
            if Self.isLast(head) { head.headerFields[.connection] = "close" }
            part = .head(head)
            isInBody = true
            (bodyBytes, waited) = (0, .zero)
            unanswered += 1
            scheduleCheck(context)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(
                    wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body(let buffer):
            bodyBytes += buffer.readableBytes
            guard !isEnding else { return }
        case .end:
            isInBody = false
            check?.cancel()
            if isEnding { return isAnswered ? close(context) : () }
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// Whether the client wants no other answer on this connection. Who answers knows the word on its own and in small letters only.
    private static func isLast(_ head: HTTPRequest) -> Bool {
        let options = head.headerFields[.connection]?.split(separator: ",") ?? []
        return options.contains { $0.filter { $0 != " " && $0 != "\t" }.lowercased() == "close" }
    }

    func read(context: ChannelHandlerContext) {
        if isInBody, waitsSince == nil { waitsSince = .now() }
        context.read()
    }

    private func noteEndOfWaiting() {
        if let since = waitsSince { waited = waited + (.now() - since) }
        waitsSince = nil
    }

    // MARK: Slow clients

    private func scheduleCheck(_ context: ChannelHandlerContext) {
        check?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: .seconds(1)) {
            let (handler, context) = bound.value
            handler.checkRate(context)
        }
    }

    private func checkRate(_ context: ChannelHandlerContext) {
        guard isInBody, !isEnding else { return }
        let waiting = waited + (waitsSince.map { .now() - $0 } ?? .zero)
        // Seconds: nanoseconds of a body of ten gigabytes are more than there are numbers.
        let allowed = limits.bodyGrace / .seconds(1) + Double(bodyBytes) / Double(limits.bodyRate)
        guard Double(waiting.nanoseconds) / 1e9 <= allowed else { return context.fireErrorCaught(SlowBody()) }
        scheduleCheck(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        if !context.channel.isWritable {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            stall = context.eventLoop.scheduleTask(in: .nanoseconds(limits.idleTime.nanoseconds)) {
                bound.value.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        stall?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        stall?.cancel()
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            if isInBody {
                isEnding = true
                head.headerFields[.connection] = "close"
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where isEnding:
            unanswered -= 1
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.whenComplete { _ in
                let (handler, context) = bound.value
                handler.linger(context)
            }
            context.writeAndFlush(data, promise: written)
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
        default: context.write(data, promise: promise)
        }
    }

    /// Reads on for a moment what the client is sending.
    private func linger(_ context: ChannelHandlerContext) {
        isAnswered = true
        guard isInBody else { return close(context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check?.cancel()
        check = context.eventLoop.scheduleTask(in: Self.lingering) {
            let (handler, context) = bound.value
            handler.close(context)
        }
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // What is dropped makes nobody ask for more.
        if isEnding, isInBody { context.read() }
    }

    private func close(_ context: ChannelHandlerContext) { context.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isEnding { return close(context) }
        if case .headerOverflow? = error as? HTTPParserError, unanswered == 0 {
            isEnding = true
            let response = HTTPResponse(
                status: HTTPResponse.Status(code: 431), headerFields: [.contentLength: "0", .connection: "close"])
            context.write(wrapOutboundOut(.head(response)), promise: nil)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
                let (handler, context) = bound.value
                handler.close(context)
            }
            return
        }
        context.fireErrorCaught(error)
    }
}

/// The client sends its body too slowly.
struct SlowBody: Error {}
