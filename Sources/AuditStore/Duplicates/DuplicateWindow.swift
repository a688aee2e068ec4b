import SegmentFormat

/// How duplicates in a stream are recognised. A webhook sends a whole batch again when it had no answer.
public struct DuplicateOptions: Sendable {
    /// Events that are remembered. Each costs about a hundred bytes of memory, and 32 bytes in each file of the WAL.
    public var events: Int
    /// How long they are remembered.
    public var age: Duration

    public init(events: Int = 131_072, age: Duration = .seconds(600)) {
        self.events = events
        self.age = age
    }

    /// The last 131,072 events of the last ten minutes: an apiserver that sends as fast as it may by default (4,000 events
    /// a second) sends a batch again within half of it.
    public static let `default` = DuplicateOptions()
}

/// What is remembered of an event to recognise its duplicate.
struct EventDigest: Sendable {
    /// Of all bytes.
    var bytes: SipHash.Digest
    /// Of what should be of one event only, not 0; nil if the event lacks it.
    var identity: UInt64?

    /// - Parameter origin: two clusters may well send the same bytes: a client chooses the `auditID`.
    init(
        of event: UnsafeRawBufferPointer, from origin: SipHash.Digest, _ identity: EventIdentity, _ secret: StoreSecret
    ) {
        bytes = SipHash.digest(event, key: secret)
        bytes.first ^= origin.first
        bytes.second ^= origin.second
        // 0 stands for none where digests are stored.
        self.identity = identity.digest(of: event).map { max(1, $0 ^ origin.first) }
    }

    init(bytes: SipHash.Digest, identity: UInt64?) {
        self.bytes = bytes
        self.identity = identity
    }
}

/// The digests of the last events of a stream.
struct DuplicateWindow {
    private struct Entry {
        var digest: EventDigest
        /// When it was committed, in microseconds since 1970.
        var time: Int64
    }
    let capacity: Int
    /// Microseconds.
    let age: Int64
    /// A ring: the oldest is at `start`.
    private var entries: [Entry] = []
    private var start = 0
    private var known: Set<SipHash.Digest> = []
    /// How many entries have an identity.
    private var identities: [UInt64: Int] = [:]
    /// Of events that a former writer left and that this one has not written itself yet, with their numbers where they are known:
    /// they may not be on the disk.
    private var doubtful: [SipHash.Digest: UInt64?] = [:]

    /// Bytes of an entry in the WAL.
    private static let entryBytes = 32
    /// Of `DuplicateOptions.events`: the window has to fit into a block of the WAL.
    static let largestCapacity = 2_000_000

    init(_ options: DuplicateOptions) {
        capacity = min(max(0, options.events), Self.largestCapacity)
        let seconds = min(max(0, options.age.components.seconds), 1 << 40)
        age = seconds * 1_000_000 + options.age.components.attoseconds / 1_000_000_000_000
    }

    func contains(_ digest: EventDigest) -> Bool { known.contains(digest.bytes) }

    /// Whether an event is known that may not be on the disk: that it is there may not be acknowledged yet.
    func isDoubtful(_ digest: EventDigest) -> Bool { doubtful[digest.bytes] != nil }

    /// What was doubtful is on the disk now if it has one of these numbers, ascending; the rest is forgotten.
    mutating func settle(_ sealed: [Range<UInt64>]) {
        let gone = doubtful.filter { _, record in
            guard let record else { return true }
            var (low, high) = (0, sealed.count)
            while low < high {
                let middle = (low + high) / 2
                if sealed[middle].upperBound <= record { low = middle + 1 } else { high = middle }
            }
            return low == sealed.count || record < sealed[low].lowerBound
        }
        doubtful = [:]
        guard !gone.isEmpty else { return }
        straighten()
        for entry in entries where gone[entry.digest.bytes] != nil { forget(entry.digest) }
        entries.removeAll { gone[$0.digest.bytes] != nil }
    }

    /// Whether another event has the same identity.
    func hasIdentity(_ digest: EventDigest) -> Bool { digest.identity.map { identities[$0] != nil } ?? false }

    /// Remembers an event that a former writer left, and that may not be on the disk.
    ///
    /// - Parameter record: its number; nil if that is not known.
    mutating func addDoubtful(_ digest: EventDigest, record: UInt64?, time: Int64) {
        let isKnown = known.contains(digest.bytes)
        add(digest, time: time)
        guard known.contains(digest.bytes), !isKnown || doubtful[digest.bytes] != nil else { return }
        doubtful.updateValue(record, forKey: digest.bytes)
    }

    /// Remembers an event that was committed, and forgets the oldest if there are too many.
    mutating func add(_ digest: EventDigest, time: Int64) {
        guard capacity > 0, known.insert(digest.bytes).inserted else { return }
        if let identity = digest.identity { identities[identity, default: 0] += 1 }
        let entry = Entry(digest: digest, time: time)
        if entries.count < capacity {
            // The ring is in order from 0 on as long as it is not full.
            if start > 0 { straighten() }
            entries.append(entry)
        } else {
            forget(entries[start].digest)
            entries[start] = entry
            start = (start + 1) % capacity
        }
    }

    /// Forgets what is too old. Clocks step back: what seems to come from the future stays until it is pushed out.
    mutating func expire(now: Int64) {
        var expired = 0
        while expired < entries.count, entries[(start + expired) % entries.count].time < now - age { expired += 1 }
        // Moving the rest costs as much as it has entries.
        guard expired > 0, expired == entries.count || expired >= entries.count / 8 else { return }
        straighten()
        for entry in entries[..<expired] { forget(entry.digest) }
        entries.removeFirst(expired)
    }

    private mutating func straighten() {
        guard start > 0 else { return }
        entries = Array(entries[start...] + entries[..<start])
        start = 0
    }

    private mutating func forget(_ digest: EventDigest) {
        known.remove(digest.bytes)
        doubtful.removeValue(forKey: digest.bytes)
        guard let identity = digest.identity, let count = identities[identity] else { return }
        identities[identity] = count > 1 ? count - 1 : nil
    }

    // MARK: In the WAL

    func append(to output: inout ByteArena) {
        output.reserve(entries.count * Self.entryBytes)
        for i in entries.indices {
            let entry = entries[(start + i) % entries.count]
            output.append(integer: entry.digest.bytes.first)
            output.append(integer: entry.digest.bytes.second)
            output.append(integer: entry.digest.identity ?? 0)
            output.append(integer: entry.time)
        }
    }

    /// Adds what `append(to:)` wrote.
    ///
    /// - Parameters:
    ///   - missing: so many of the last ones are left out: an event that is there no more must not make the one that is sent
    ///     again a duplicate.
    ///   - unsealed: so many of the last ones are doubtful.
    mutating func add(decoding bytes: UnsafeRawBufferPointer, without missing: UInt64, unsealed: UInt64 = 0) {
        let count = UInt64(bytes.count / Self.entryBytes)
        let end = Int(count - min(missing, count)) * Self.entryBytes
        let doubtfulFrom = Int(count - min(unsealed, count)) * Self.entryBytes
        var offset = 0
        while end - offset >= Self.entryBytes {
            let word = { (index: Int) in
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
            }
            let digest = EventDigest(
                bytes: SipHash.Digest(first: word(0), second: word(1)), identity: word(2) == 0 ? nil : word(2))
            let time = Int64(bitPattern: word(3))
            if offset < doubtfulFrom {
                add(digest, time: time)
            } else {
                addDoubtful(digest, record: nil, time: time)
            }
            offset += Self.entryBytes
        }
    }
}
