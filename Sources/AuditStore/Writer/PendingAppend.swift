import SegmentFormat

/// An append on its way: lines, and the digest of each.
struct PendingAppend: Sendable {
    let origin: EventOrigin
    private let digestOfOrigin: SipHash.Digest
    var lines: [UInt8] = []
    /// Where each line ends, behind its line feed.
    var ends: [Int] = []
    var digests: [EventDigest] = []
    /// What was read of an input once this is there.
    var progress: InputProgress?

    init(from origin: EventOrigin, _ secret: StoreSecret) throws {
        guard origin.isShort else {
            throw Self.invalid("the names of an origin have \(WALEvents.nameBytes) bytes at most")
        }
        self.origin = origin
        digestOfOrigin = origin.digest(key: secret)
    }

    /// Bytes of memory.
    var bytes: Int {
        lines.count + ends.count * MemoryLayout<Int>.stride + digests.count * MemoryLayout<EventDigest>.stride
    }

    private static func invalid(_ message: String) -> AuditStoreError { AuditStoreError(.invalidArgument, message) }

    /// - Parameter event: one line; a line feed at its end may be there or not.
    mutating func add(_ event: UnsafeRawBufferPointer, _ identity: EventIdentity?, _ secret: StoreSecret) throws {
        var event = event
        if event.last == 0x0a { event = UnsafeRawBufferPointer(rebasing: event.dropLast()) }
        if let lineFeed = LineFeeds.first(in: event, from: 0) {
            throw Self.invalid("an event is one line, and this one has a line feed at byte \(lineFeed)")
        }
        guard event.count < Limits.bytesPerEvent, lines.count + event.count < WALFormat.bytesPerAppend else {
            throw AuditStoreError(
                .limit, "too many bytes in one append",
                expected: "events of less than \(Limits.bytesPerEvent) bytes, \(WALFormat.bytesPerAppend) together",
                found: "\(event.count), \(lines.count + event.count + 1) together")
        }
        guard ends.count < WALFormat.eventsPerAppend else {
            throw AuditStoreError(
                .limit, "too many events in one append", expected: "\(WALFormat.eventsPerAppend) at most")
        }
        lines.append(contentsOf: event)
        lines.append(0x0a)
        ends.append(lines.count)
        if let identity {
            digests.append(EventDigest(of: event, from: digestOfOrigin, identity, secret))
        }
    }
}
