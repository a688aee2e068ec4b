/// The light encodings of a page of dictionary codes.
///
/// Layout of a page's decoded bytes (all integers little-endian):
///
///     byte 0      form: 0 values, 1 runs
///     byte 1      flags: 1 novelty, 2 partner, 4 reference
///     byte 2      planes of the symbols
///     byte 3      planes of the run lengths (form 1)
///     bytes 4-7   number of symbols
///     …           with `reference`: u16 the column that is referred to, u16 a second one plus 1 or 0, u32 number of bits
///     …           with `partner`: a bit for each row that has a partner, 1 = the row has a symbol of its own
///     …           with `reference`: a bit for each row that is foretold, 1 = the row has a symbol of its own
///     …           symbol planes, then run-length planes
///
/// - *Novelty*: dictionaries are in order of first appearance, so a value seen for the first time always has the next
///   code. It is written as 0 and any other code `c` as `c + 1`; a column of nearly unique values shrinks to nothing.
/// - *Partner*: a row whose value equals that of its partner (the former stage of the same request) has no symbol.
/// - *Reference*: a row is foretold by the last one before it with the same code in another column (a user's address by the
///   user) or the same two in two others, if there is one and its partner did not tell; if it was right, the row has no symbol.
package struct CodeEncoding: Sendable, Equatable {
    package enum Form: UInt8, Sendable { case values = 0, runs = 1 }
    package var form: Form
    package var novelty: Bool
    package var partner: Bool
    package var reference: Bool

    package init(_ form: Form, novelty: Bool = false, partner: Bool = false, reference: Bool = false) {
        self.form = form
        self.novelty = novelty
        self.partner = partner
        self.reference = reference
    }

    static let headerBytes = 8
}

/// The distance of each row to its partner: 0 for none, else the partner is that many rows before.
package typealias PartnerDistances = UnsafeBufferPointer<UInt16>

/// The columns that another one's codes follow from.
package struct ReferenceColumns: Hashable, Sendable {
    package var first: Int
    package var second: Int?

    package init(_ first: Int, _ second: Int? = nil) {
        self.first = first
        self.second = second
    }
}

/// Their codes; those of two columns as one number a row.
package struct ReferenceCodes {
    package var columns: ReferenceColumns
    package var codes: UnsafeBufferPointer<UInt32>
    /// None of `codes` is larger.
    package var largest: UInt32

    package init(_ column: Int, _ codes: UnsafeBufferPointer<UInt32>, largest: UInt32) {
        columns = ReferenceColumns(column)
        self.codes = codes
        self.largest = largest
    }

    /// A row's pair of codes becomes a number below this, so that a table of what was last seen stays in the second-level cache.
    package static let pairLimit: UInt64 = 1 << 17

    /// nil if there are too many pairs.
    /// - Parameter target: memory for them.
    package init?(_ first: ReferenceCodes, _ second: ReferenceCodes, in target: UnsafeMutableBufferPointer<UInt32>) {
        guard (UInt64(first.largest) + 1) * (UInt64(second.largest) + 1) <= Self.pairLimit else { return nil }
        let width = second.largest + 1
        for i in 0..<first.codes.count { target[i] = first.codes[i] &* width &+ second.codes[i] }
        columns = ReferenceColumns(first.columns.first, second.columns.first)
        codes = UnsafeBufferPointer(rebasing: target[..<first.codes.count])
        largest = first.largest &* width &+ second.largest
    }
}

/// Encodes and decodes codes, with the scratch memory for it.
package final class CodeCoder {
    var symbols: UnsafeMutablePointer<UInt32>
    private var lengths: UnsafeMutablePointer<UInt32>
    private var expanded: UnsafeMutablePointer<UInt32>
    /// By code of the reference: what the last row with it had.
    private var last: UnsafeMutableBufferPointer<UInt32>?
    private let capacity = Limits.rowsPerRowGroup

    package init() {
        symbols = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        expanded = .allocate(capacity: capacity)
    }

    deinit {
        symbols.deallocate()
        lengths.deallocate()
        expanded.deallocate()
        last?.deallocate()
    }

    /// No code: codes are below 2^31.
    static let nothing = UInt32.max

    func lastSeen(upTo largest: UInt32) -> UnsafeMutableBufferPointer<UInt32> {
        let count = Int(largest) + 1
        if last.map({ $0.count < count }) ?? true {
            last?.deallocate()
            last = .allocate(capacity: max(count, 1024))
        }
        let table = UnsafeMutableBufferPointer(rebasing: last![..<count])
        table.update(repeating: Self.nothing)
        return table
    }

    /// Appends the decoded form of a page.
    /// - Parameter firstNew: the code that the next new value will get.
    package func encode(
        _ codes: UnsafeBufferPointer<UInt32>, as encoding: CodeEncoding, firstNew: UInt32, partners: PartnerDistances?,
        reference: ReferenceCodes? = nil, to output: inout ByteArena
    ) {
        precondition(codes.count <= capacity)
        precondition((reference != nil) == encoding.reference && (partners != nil || !encoding.partner))
        output.append(encoding.form.rawValue)
        output.append((encoding.novelty ? 1 : 0) | (encoding.partner ? 2 : 0) | (encoding.reference ? 4 : 0))
        let header = output.count
        output.append(integer: UInt16(0))
        output.append(integer: UInt32(0))

        var count = 0
        // What is written as it is, is read where it is.
        var source = UnsafePointer(symbols)
        if let reference {
            count = appendForetold(
                codes, novelty: encoding.novelty, firstNew: firstNew, partners: encoding.partner ? partners : nil,
                reference: reference, to: &output)
        } else if !encoding.novelty, !encoding.partner, let base = codes.baseAddress {
            source = base
            count = codes.count
        } else if encoding.partner, let partners {
            var bits: UInt8 = 0
            var used = 0
            var next = firstNew
            for i in 0..<codes.count {
                let distance = Int(partners[i])
                let own = distance == 0 || codes[i] != codes[i - distance]
                if distance != 0 {
                    bits |= (own ? 1 : 0) << UInt8(used & 7)
                    used += 1
                    if used & 7 == 0 {
                        output.append(bits)
                        bits = 0
                    }
                }
                if own {
                    symbols[count] = Self.symbol(codes[i], next: &next, novelty: encoding.novelty)
                    count += 1
                }
            }
            if used & 7 != 0 { output.append(bits) }
        } else {
            var next = firstNew
            for i in 0..<codes.count { symbols[i] = Self.symbol(codes[i], next: &next, novelty: encoding.novelty) }
            count = codes.count
        }

        var lengthPlanes = 0
        if encoding.form == .runs {
            // A run is written before or where it was read from.
            var runs = 0
            var i = 0
            while i < count {
                let symbol = source[i]
                var end = i + 1
                while end < count, source[end] == symbol { end += 1 }
                symbols[runs] = symbol
                lengths[runs] = UInt32(end - i)
                runs += 1
                i = end
            }
            count = runs
            source = UnsafePointer(symbols)
            lengthPlanes = Self.planes(UnsafePointer(lengths), count)
        }
        let planes = Self.planes(source, count)
        output.base.storeBytes(of: UInt8(planes), toByteOffset: header, as: UInt8.self)
        output.base.storeBytes(of: UInt8(lengthPlanes), toByteOffset: header + 1, as: UInt8.self)
        (output.base + header + 2).copyMemory(from: [UInt32(count).littleEndian], byteCount: 4)
        BytePlanes.append(UnsafeBufferPointer(start: source, count: count), planes: planes, to: &output)
        if encoding.form == .runs {
            BytePlanes.append(UnsafeBufferPointer(start: lengths, count: count), planes: lengthPlanes, to: &output)
        }
    }

    @inline(__always)
    static func symbol(_ code: UInt32, next: inout UInt32, novelty: Bool) -> UInt32 {
        guard novelty else { return code }
        let isNew = code == next
        next &+= isNew ? 1 : 0
        return isNew ? 0 : code + 1
    }

    private static func planes(_ values: UnsafePointer<UInt32>, _ n: Int) -> Int {
        var all: UInt32 = 0
        for i in 0..<n { all |= values[i] }
        return BytePlanes.planes(for: UInt64(all))
    }

    /// Decodes a page into `target`, one code a row.
    /// - Parameter reference: gives the codes of columns of the same row group. Asked before this decodes anything itself.
    package func decode(
        _ page: UnsafeRawBufferPointer, firstNew: UInt32, partners: PartnerDistances?,
        reference: (ReferenceColumns) throws(SegmentError) -> ReferenceCodes,
        into target: UnsafeMutableBufferPointer<UInt32>
    ) throws(SegmentError) {
        var reader = ByteReader(page, context: "a page of codes")
        let formByte: UInt8 = try reader.integer()
        let flags: UInt8 = try reader.integer()
        let planes = Int(try reader.integer(as: UInt8.self))
        let lengthPlanes = Int(try reader.integer(as: UInt8.self))
        let count = Int(try reader.integer(as: UInt32.self))
        guard let form = CodeEncoding.Form(rawValue: formByte), flags <= 7, count <= target.count,
            planes <= 4, lengthPlanes <= 4, target.count <= capacity
        else { throw .corrupt("a page of codes has an impossible header") }

        let hasPartner = flags & 2 != 0
        let hasReference = flags & 4 != 0
        var referenceCodes: ReferenceCodes?
        var foretold = 0
        if hasReference {
            let first = Int(try reader.integer(as: UInt16.self))
            let second = Int(try reader.integer(as: UInt16.self))
            foretold = Int(try reader.integer(as: UInt32.self))
            let found = try reference(ReferenceColumns(first, second == 0 ? nil : second - 1))
            guard foretold <= target.count, found.codes.count == target.count else {
                throw .corrupt("a page of codes refers to other rows than it has")
            }
            referenceCodes = found
        }
        var bitmap = UnsafeRawBufferPointer(start: nil, count: 0)
        if hasPartner {
            guard let partners, partners.count == target.count else {
                throw .corrupt("a page of codes refers to partners that are not there")
            }
            var paired = 0
            for distance in partners where distance != 0 { paired += 1 }
            bitmap = try reader.bytes((paired + 7) / 8)
        }
        let foretoldBits = try reader.bytes((foretold + 7) / 8)

        let values = try reader.bytes(planes * count)
        let isFilledIn = hasPartner || hasReference
        let direct = form == .values && !isFilledIn
        let symbolTarget = direct ? target : UnsafeMutableBufferPointer(start: symbols, count: count)
        guard !direct || count == target.count else {
            throw .corrupt("a page of codes has too few rows", expected: "\(target.count)", found: "\(count)")
        }
        try BytePlanes.decode(values, planes: planes, into: symbolTarget)

        var available = count
        if form == .runs {
            try BytePlanes.decode(
                try reader.bytes(lengthPlanes * count), planes: lengthPlanes,
                into: UnsafeMutableBufferPointer(start: lengths, count: count))
            let out = isFilledIn ? UnsafeMutableBufferPointer(start: expanded, count: capacity) : target
            available = try expandRuns(count, into: out)
        }
        guard reader.remaining == 0 else { throw .corrupt("a page of codes has bytes left over") }

        let source = form == .runs ? expanded : symbols
        if isFilledIn, flags & 1 != 0 { Self.resolveNovelty(source, available, firstNew: firstNew) }
        if let referenceCodes {
            try follow(
                referenceCodes, foretoldBits, foretold, partners: hasPartner ? partners : nil, bitmap, source,
                available,
                into: target)
        } else if hasPartner, let partners {
            try Self.follow(partners, bitmap, source, available, into: target)
        } else {
            guard available == target.count else {
                throw .corrupt("a page of codes has too few rows", expected: "\(target.count)", found: "\(available)")
            }
            if flags & 1 != 0, let out = target.baseAddress { Self.resolveNovelty(out, available, firstNew: firstNew) }
        }
    }

    private func expandRuns(_ runs: Int, into target: UnsafeMutableBufferPointer<UInt32>) throws(SegmentError) -> Int {
        var row = 0
        for run in 0..<runs {
            let length = Int(lengths[run])
            guard length <= target.count - row else { throw .corrupt("runs of codes go past the last row") }
            let value = symbols[run]
            for i in row..<row + length { target[i] = value }
            row += length
        }
        return row
    }

    private static func resolveNovelty(_ values: UnsafeMutablePointer<UInt32>, _ n: Int, firstNew: UInt32) {
        var next = firstNew
        for i in 0..<n {
            let symbol = values[i]
            let isNew = symbol == 0
            values[i] = isNew ? next : symbol &- 1
            next &+= isNew ? 1 : 0
        }
    }

    /// Fills each row with its own symbol or its partner's value.
    private static func follow(
        _ partners: PartnerDistances, _ bitmap: UnsafeRawBufferPointer, _ source: UnsafeMutablePointer<UInt32>,
        _ available: Int, into target: UnsafeMutableBufferPointer<UInt32>
    ) throws(SegmentError) {
        var own = 0
        var paired = 0
        for i in 0..<target.count {
            let distance = Int(partners[i])
            // `paired` stays below the number of rows with a partner, which the bitmap was sized for.
            let isOwn = distance == 0 || (bitmap[paired >> 3] >> UInt8(paired & 7)) & 1 != 0
            paired += distance == 0 ? 0 : 1
            if isOwn {
                guard own < available else { throw .corrupt("a page of codes has too few symbols") }
                target[i] = source[own]
                own += 1
            } else {
                target[i] = target[i - distance]
            }
        }
        guard own == available else { throw .corrupt("a page of codes has symbols left over") }
    }
}
