/// Events as they become durable, in the order they came in, without end.
///
///     let refused = try store.events.where { $0.response.code == 403 }
///     for try await live in refused.live() {
///         alert(live.event.user?.name)
///         save(live.position)                 // `live(from: .position(saved))` goes on behind it, in another process, too
///     }
///
/// From where it starts on, it delivers each event once, whatever is sealed, loaded, compacted or expires meanwhile, in the process that
/// writes or in another one; it goes on when a writer ends, dies, and another one begins. An event that expired before it was read is
/// left out.
///
/// A slow reader holds up nobody: a few megabytes are read ahead, the rest stays in the store until it is asked for.
///
/// Throws `AuditStoreError`: `.cancelled` soon after its task was cancelled; `.corrupt` or `.io` if the store cannot be read;
/// `.invalidArgument` if the position is too old to go on from exactly.
public struct LiveEvents<Schema: AuditSchema>: AsyncSequence, Sendable {
    public typealias Element = LiveEvent<Schema.DecodedEvent>

    private let core: StoreCore
    private let scan: LiveScan
    /// nil for now.
    private let start: LivePosition?

    init(_ core: StoreCore, _ scan: EventScan, from start: LivePosition?) {
        self.core = core
        self.scan = LiveScan(scan)
        self.start = start
    }

    /// Reads page by page.
    package func reader() -> LiveReader { LiveReader(core, scan, from: start) }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: LiveReader
        private var page: [LiveReader.Item] = []
        private var index = 0

        fileprivate init(reader: LiveReader) { self.reader = reader }

        public mutating func next() async throws -> Element? {
            while index == page.count {
                page = try await reader.nextPage()
                index = 0
            }
            defer { index += 1 }
            let item = page[index]
            return LiveEvent(raw: Event(bytes: item.bytes), place: item.place, position: item.position)
        }
    }
}

/// What a query asks for, without the state of the store that it is about: that must not be held for as long as somebody waits.
struct LiveScan: Sendable {
    let predicate: Predicate
    let since: Int64?
    let until: Int64?

    init(_ scan: EventScan) {
        predicate = scan.predicate
        since = scan.since
        until = scan.until
    }
}

extension EventQuery {
    /// The events that match, as they become durable.
    ///
    /// - Parameter start: from where on. `.query`, the default, goes on where the query ends: ask it, and read on live.
    public func live(from start: LiveStart = .query) -> LiveEvents<Schema> {
        guard let store else { preconditionFailure("a query that was made of a snapshot has no store to read on in") }
        let position: LivePosition? =
            switch start {
            case .now: nil
            case .query: scan.snapshot.livePosition
            case .beginning: LivePosition()
            case .behind(let place): LivePosition(sequence: place.sequence + 1)
            case .position(let position): position
            }
        return LiveEvents(store, scan, from: position)
    }
}
