/// Which columns of a row group are foretold by which others, chosen by trial.
///
/// A column refers to one other or two at most, and no chain of references leads back: those that save most come first.
struct ReferenceChoice {
    /// A column that is a candidate, and what it takes without a reference.
    struct Candidate {
        var column: Int
        var input: ChunkInput
        var largest: UInt32
        var encoding: CodeEncoding
        var bytes: Int
        /// Whether others may refer to it.
        var canForetell: Bool
    }

    /// What a column would save by a reference.
    private struct Offer {
        var target: Int
        var references: ReferenceColumns
        var encoding: CodeEncoding
        var saved: Int

        var order: (Int, Int, Int, Int) { (-saved, target, references.first, references.second ?? -1) }
    }

    /// Columns that are tried as references: those that take most.
    private static let references = 12
    /// Of these, the ones that are tried in full for a column.
    private static let trials = 3
    /// References of references, at most: with three, stores are 2 % smaller, and the first question of a day takes up to five times as long.
    static let depth = 1
    /// What a page has to become smaller by, and what a column has to take to be looked at.
    private static let worthwhile = 128

    private let candidates: [Candidate]
    private let partners: PartnerDistances?
    private let coder: CodeCoder
    private let compressor: Compressor
    /// For the codes of two columns as one.
    private let pairs = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: Limits.rowsPerRowGroup)

    init(_ candidates: [Candidate], partners: PartnerDistances?, coder: CodeCoder, compressor: Compressor) {
        self.candidates = candidates
        self.partners = partners
        self.coder = coder
        self.compressor = compressor
    }

    /// The encoding of each column, and what it refers to, by column.
    func choose() -> [Int: (encoding: CodeEncoding, reference: ReferenceColumns?)] {
        defer { pairs.deallocate() }
        var result: [Int: (encoding: CodeEncoding, reference: ReferenceColumns?)] = [:]
        for candidate in candidates { result[candidate.column] = (candidate.encoding, nil) }
        let references = candidates.indices
            .filter { candidates[$0].canForetell && candidates[$0].largest < ReferenceCodes.pairLimit }
            .sorted { (candidates[$0].bytes, $1) > (candidates[$1].bytes, $0) }.prefix(Self.references)
        var offers: [Offer] = []
        for target in candidates.indices where candidates[target].bytes > 2 * Self.worthwhile {
            guard compressor.goesOn() else { break }
            offers += best(target, references.filter { $0 != target })
        }
        offers.sort { $0.order < $1.order }
        var chosen: [Int: Offer] = [:]
        // First one column each: a second one closes more ways to others than it is worth to its own.
        for offer in offers where offer.references.second == nil && chosen[offer.target] == nil { take(offer, &chosen) }
        for offer in offers where offer.saved > (chosen[offer.target]?.saved ?? 0) + Self.worthwhile {
            take(offer, &chosen)
        }
        for offer in chosen.values {
            let columns = ReferenceColumns(
                candidates[offer.references.first].column, offer.references.second.map { candidates[$0].column })
            result[candidates[offer.target].column] = (offer.encoding, columns)
        }
        return result
    }

    private func take(_ offer: Offer, _ chosen: inout [Int: Offer]) {
        let former = chosen.updateValue(offer, forKey: offer.target)
        if !candidates.indices.allSatisfy({ Self.ends($0, chosen, within: Self.depth) }) {
            chosen[offer.target] = former
        }
    }

    /// Whether references from here end within so many steps. Those that go round do not.
    private static func ends(_ target: Int, _ chosen: [Int: Offer], within steps: Int) -> Bool {
        guard let references = chosen[target]?.references else { return true }
        guard steps > 0, ends(references.first, chosen, within: steps - 1) else { return false }
        return references.second.map { ends($0, chosen, within: steps - 1) } ?? true
    }

    private func codes(of index: Int) -> ReferenceCodes {
        ReferenceCodes(index, candidates[index].input.codes, largest: candidates[index].largest)
    }

    private func withCodes<R>(of references: ReferenceColumns, _ body: (ReferenceCodes) -> R) -> R? {
        guard let second = references.second else { return body(codes(of: references.first)) }
        return ReferenceCodes(codes(of: references.first), codes(of: second), in: pairs).map(body)
    }

    /// The references that make a column smaller.
    private func best(_ target: Int, _ references: [Int]) -> [Offer] {
        let candidate = candidates[target]
        func promising(_ columns: [ReferenceColumns]) -> [ReferenceColumns] {
            columns.compactMap { columns in
                withCodes(of: columns) {
                    (columns, coder.misses(candidate.input.codes, partners: partners, reference: $0))
                }
            }
            .sorted { ($0.1, $0.0.first, $0.0.second ?? -1) < ($1.1, $1.0.first, $1.0.second ?? -1) }
            .prefix(Self.trials).map(\.0)
        }
        let single = promising(references.map { ReferenceColumns($0) })
        let double = single.flatMap { one in
            references.filter { $0 != one.first }.map { ReferenceColumns(one.first, $0) }
        }
        var offers: [Offer] = []
        for columns in single + promising(double) {
            var offer: Offer?
            for encoding in encodings(like: candidate.encoding) {
                let saved = candidate.bytes - (withCodes(of: columns) { size(candidate, as: encoding, $0) } ?? .max / 2)
                guard saved > max(Self.worthwhile, candidate.bytes / 20, offer?.saved ?? 0) else { continue }
                offer = Offer(target: target, references: columns, encoding: encoding, saved: saved)
            }
            if let offer { offers.append(offer) }
        }
        return offers
    }

    private func encodings(like encoding: CodeEncoding) -> [CodeEncoding] {
        var all = [CodeEncoding(.values, novelty: encoding.novelty, partner: false, reference: true)]
        if partners != nil {
            all.append(CodeEncoding(.values, novelty: encoding.novelty, partner: true, reference: true))
        }
        return all
    }

    private func size(_ candidate: Candidate, as encoding: CodeEncoding, _ reference: ReferenceCodes) -> Int {
        var raw = ByteArena(capacity: 1 << 16)
        var compressed = ByteArena(capacity: 1 << 16)
        defer { extendLifetime(raw) }
        coder.encode(
            candidate.input.codes, as: encoding, firstNew: candidate.input.firstNew,
            partners: encoding.partner ? partners : nil, reference: reference, to: &raw)
        _ = compressor.append(raw.bytes, to: &compressed, policy: .strong(level: 3))
        return compressed.count
    }
}
