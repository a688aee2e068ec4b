/// Lines that follow one another, rendered.
final class Piece: @unchecked Sendable {
    // Sendable, since only one task at a time has a piece: the one that renders it, then the one that writes it.
    private var writer = TextWriter(capacity: EventRenderer.longest * 2)
    private(set) var events = 0

    var bytes: UnsafeRawBufferPointer { writer.bytes }

    func render(_ records: ArraySlice<EventRecord>, of model: Model) {
        let renderer = EventRenderer(model: model)
        writer.removeAll()
        events = records.count
        for record in records { renderer.render(record, to: &writer) }
    }
}

/// Plans windows and renders pieces ahead of what is written: as many at once as there are threads, and given out in order.
struct Pipeline: ~Copyable {
    /// Few enough that a piece fits the second-level cache, but for the longest bodies.
    private static let eventsPerPiece = 512

    private let model: Model
    private let threads: Int
    private let windows: Int
    private var window = 0
    private var records: ArraySlice<EventRecord> = []
    private var planned: Task<[EventRecord], Never>?
    /// A queue: `first` is the next to be written.
    private var rendering: [Task<Piece, Never>] = []
    private var spare: [Piece] = []

    init(model: Model, threads: Int) {
        self.model = model
        self.threads = threads
        windows = (model.options.events + WindowPlanner.size - 1) / WindowPlanner.size
    }

    /// The next lines, or nil when all are written.
    mutating func next() async throws -> Piece? {
        if threads == 1 {
            guard let records = try await nextRecords() else { return nil }
            let piece = spare.popLast() ?? Piece()
            piece.render(records, of: model)
            return piece
        }
        while rendering.count < threads, let records = try await nextRecords() {
            let piece = spare.popLast() ?? Piece()
            rendering.append(
                Task { [model] in
                    piece.render(records, of: model)
                    return piece
                })
        }
        return rendering.isEmpty ? nil : await rendering.removeFirst().value
    }

    mutating func recycle(_ piece: Piece) { spare.append(piece) }

    /// What was begun comes to its end in a few milliseconds; nothing new begins.
    mutating func cancel() {
        planned?.cancel()
        for task in rendering { task.cancel() }
    }

    private mutating func nextRecords() async throws -> ArraySlice<EventRecord>? {
        if records.isEmpty {
            guard window < windows else { return nil }
            if threads == 1 {
                records = WindowPlanner.plan(window, of: model)[...]
            } else {
                records = await (planned ?? plan(window)).value[...]
                planned = window + 1 < windows ? plan(window + 1) : nil
            }
            window += 1
        }
        defer { records = records.dropFirst(Self.eventsPerPiece) }
        return records.prefix(Self.eventsPerPiece)
    }

    private func plan(_ window: Int) -> Task<[EventRecord], Never> {
        Task { [model] in WindowPlanner.plan(window, of: model) }
    }
}
