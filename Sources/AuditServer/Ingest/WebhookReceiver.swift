import AuditOutput
import AuditStore
import CoreMetrics
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes the batches of an apiserver's audit webhook: an EventList each, of any size.
///
/// Events go to the writer while the body still comes. The answer is 200 when all of them are durable; a sender that had no answer
/// sends the batch again, and what is there already is dropped.
struct WebhookReceiver: Sendable {
    let writer: WriterHolder
    let admission: IngestAdmission
    let metrics: ServerMetrics
    let limits: ServerLimits

    private struct Counts {
        var events = 0
        var duplicates = 0
    }

    /// - Parameter cluster: kept with each event; nil if neither the path nor the token tells.
    func receive(_ request: Request, cluster: String?) async throws -> Response {
        let start = ContinuousClock.now
        try Self.checkType(request)
        let list = ListReader(eventBytes: limits.eventBytes)
        let decoding = try BodyDecoding(request.headers, limit: limits.bodyBytes)
        let origin = EventOrigin(source: "webhook", cluster: cluster)
        var counts = Counts()
        var held = 0
        try admission.enter()
        defer { admission.leave(held: held) }
        do {
            for try await buffer in request.body {
                try decoding.begin(buffer)
                while try decoding.next({ try list.read($0) }) {
                    try admission.hold(list.heldBytes, before: held)
                    held = list.heldBytes
                    if list.batch.isFull { try await append(list.takeBatch(), from: origin, &counts) }
                }
            }
            try decoding.finish()
            try list.finish()
            if list.batch.count > 0 { try await append(list.takeBatch(), from: origin, &counts) }
        } catch {
            // What was appended stays: the sender may want to know.
            var failure = HTTPFailure(error)
            failure.details.append(("stored", .int(Int64(counts.events))))
            throw failure
        }
        metrics.bytes.increment(by: decoding.decoded)
        metrics.batches.recordNanoseconds((ContinuousClock.now - start).nanoseconds)
        var row = JSONRow(columns: ["events", "duplicates", "oversized"])
        row.append([.int(Int64(counts.events)), .int(Int64(counts.duplicates)), .int(Int64(list.oversized))])
        return .json("", row.bytes, "\n")
    }

    private static func checkType(_ request: Request) throws(HTTPFailure) {
        guard let type = request.headers[.contentType] else { return }
        let name = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard name == "application/json" || name == "text/json" else {
            throw HTTPFailure(.unsupportedMediaType, "contentType", "the body has to be application/json, an EventList")
        }
    }

    private func append(_ batch: EventBatch, from origin: EventOrigin, _ counts: inout Counts) async throws {
        let writer = writer
        let receipt = try await Deadline.run(limits.appendTime) {
            try await writer.append(lines: batch.lines, from: origin)
        } expired: {
            HTTPFailure(.serviceUnavailable, "slowDisk", "the disk does not keep up", retryAfter: 5)
        }
        counts.events += receipt.events
        counts.duplicates += receipt.duplicates
        metrics.duplicates.increment(by: receipt.duplicates)
        metrics.received(batch.count, from: origin.cluster, newest: batch.newest)
    }
}
