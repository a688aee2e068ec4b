import AuditOutput
import HTTPTypes
import KubernetesAudit
import LogSources

/// Takes the items out of an EventList that comes in pieces.
final class ListReader {
    private var scanner: JSONListScanner
    private(set) var batch = EventBatch()
    /// Items that were too large for an event.
    private(set) var oversized = 0
    private var items = 0
    /// The text around the list, as far as it tells what the document is.
    private var head: [UInt8] = []
    /// Bytes of an item that has not come as a whole.
    private var carried = 0

    private static let headBytes = 4096

    init(eventBytes: Int) {
        scanner = JSONListScanner(lists: ["items"], elementLimit: eventBytes)
    }

    /// Bytes that wait here.
    var heldBytes: Int { batch.lines.count + carried }

    /// Takes the next bytes. The batch has what came with them, and is to be taken when it is full.
    func read(_ bytes: UnsafeRawBufferPointer) throws {
        var isDelivered = false
        do {
            try scanner.feed(bytes) { part in
                switch part {
                case .text(let text):
                    head.append(contentsOf: text.prefix(max(0, Self.headBytes - head.count)))
                    if text.count == bytes.count { isDelivered = true }
                case .element(let item, _):
                    items += 1
                    batch.add(item)
                    isDelivered = true
                case .piece(let piece, _, let isFirst, let isLast):
                    if isFirst {
                        items += 1
                        oversized += 1
                    }
                    batch.add(piece: piece, isLast: isLast)
                    isDelivered = true
                case .start, .end: break
                }
            }
        } catch let error as JSONListError { throw failure(error) }
        carried = isDelivered ? 0 : carried + bytes.count
    }

    /// Hands the batch over, and begins another.
    func takeBatch() -> EventBatch {
        defer { batch = EventBatch() }
        return batch
    }

    /// - Throws: if the body is no EventList, or not all of one.
    func finish() throws {
        do { try scanner.finish() } catch let error as JSONListError { throw failure(error) }
        // An answer of 200 says that everything is stored: without items, the list has to be there and empty.
        guard items > 0 || String(decoding: head, as: UTF8.self).contains(/^\s*\[|"items"\s*:\s*(\[\s*\]|null)/) else {
            throw HTTPFailure(
                .badRequest, "noEventList", "the body is no EventList of audit.k8s.io: it has no `items`")
        }
    }

    private func failure(_ error: JSONListError) -> HTTPFailure {
        HTTPFailure(
            .badRequest, "json", "the body is no list of events: \(error.reason)",
            [("offset", .int(Int64(clamping: error.offset))), ("item", .int(Int64(items)))])
    }
}
