import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection: TLS with the certificates of now, if there are any, and HTTP/1.1 on it.
struct Listener: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    let certificates: Certificates?

    init(_ responder: @escaping HTTPChannelHandler.Responder, limits: ServerLimits, certificates: Certificates?) {
        http = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(limits)],
                idleTimeout: .nanoseconds(limits.idleTime.nanoseconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: 100)))
        self.certificates = certificates
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard let certificates else { return http.setup(channel: channel, logger: logger) }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }
    }

    /// Requests are worked on by the thread of their connection: no hop between threads for each piece of a body, and queries, which take
    /// all of the common ones, do not keep events from coming in.
    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await http.handle(value: value, logger: logger)
        }
    }
}

private final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
