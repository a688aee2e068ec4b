import CKernels

/// Finds the elements of a list in JSON that comes in pieces: `items` of an EventList, `logEvents`, `records`, or an array that is
/// the document itself. Documents may follow each other with or without white space between them.
///
/// Only strings and nesting are looked at, sixty-four bytes at a time: whoever takes an element parses it. Memory is what one element
/// has in pieces before the last one, up to the limit, and nesting costs a number.
package struct JSONListScanner: ~Copyable {
    package enum Part {
        /// A document begins with the next text or element; where, in bytes from the start of the input.
        case start(offset: UInt64)
        /// Bytes outside of elements, white space between documents included. All parts together, in order, are the input.
        case text(UnsafeRawBufferPointer)
        /// An element of the list. The bytes are valid during the call.
        case element(UnsafeRawBufferPointer, offset: UInt64)
        /// Bytes of an element larger than the limit.
        case piece(UnsafeRawBufferPointer, offset: UInt64, isFirst: Bool, isLast: Bool)
        /// The document ends behind what was delivered so far.
        case end(offset: UInt64)
    }

    private enum Place {
        /// Between documents.
        case between
        /// In a document that is an object, at its own level.
        case object
        /// In a string at that level.
        case string
        /// In a value at that level.
        case value
        /// In the list, where an element, or its end, or a comma is to come.
        case list(Expected)
        /// In an element that is an object or an array, a string, or something else.
        case element, elementString, scalar
    }
    private enum Expected { case elementOrEnd, element, commaOrEnd }

    private let lists: [[UInt8]]
    private let elementLimit: Int
    private var place = Place.between
    private var state = ck_json_state()
    /// The document is the list.
    private var isArray = false
    private var isAtKey = false
    private var isEscaped = false
    /// The last string at the document's own level: the key of what follows a colon.
    private var key: [UInt8] = []
    /// What earlier pieces had of the element at hand.
    private var carried: [UInt8] = []
    private var elementStart: UInt64 = 0
    private var isOversized = false
    /// Bytes of the pieces before the current one.
    private var base: UInt64 = 0

    private static let longestKey = 64

    /// - Parameters:
    ///   - lists: keys of the document whose value is a list whose elements are wanted.
    ///   - elementLimit: bytes of an element; of a larger one come pieces.
    package init(lists: [String] = ["items"], elementLimit: Int) {
        self.lists = lists.map { Array($0.utf8) }
        self.elementLimit = elementLimit
    }

    /// Bytes that were fed. After an error: those before the one that cannot be.
    package var offset: UInt64 { base }

    /// Nothing but white space came since the last document ended.
    package var isBetweenDocuments: Bool {
        if case .between = place { true } else { false }
    }

    /// Takes the next bytes of the input, and delivers what is whole.
    ///
    /// - Throws: `JSONListError` where the input is no list; what was delivered before it stays right, and `restart` goes on behind it.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer, _ body: (Part) throws -> Void) throws {
        guard let start = bytes.baseAddress else { return }
        var i = 0
        // What is not delivered yet begins here: text, or the element at hand.
        var from = 0
        let n = bytes.count
        func fail(_ reason: String) throws -> Never {
            if i > from { try body(.text(UnsafeRawBufferPointer(rebasing: bytes[from..<i]))) }
            base += UInt64(i)
            throw JSONListError(reason: reason, offset: base)
        }
        func text() throws {
            if i > from { try body(.text(UnsafeRawBufferPointer(rebasing: bytes[from..<i]))) }
            from = i
        }
        while i < n {
            switch place {
            case .between:
                while i < n, Self.isSpace(bytes[i]) { i += 1 }
                guard i < n else { break }
                guard bytes[i] == 0x7b || bytes[i] == 0x5b else { try fail("neither an object nor an array") }
                try text()
                try body(.start(offset: base + UInt64(i)))
                isArray = bytes[i] == 0x5b
                isAtKey = true
                key = []
                place = isArray ? .list(.elementOrEnd) : .object
                i += 1
            case .object:
                if let reason = passMember(bytes, &i) { try fail(reason) }
                if case .between = place {
                    try text()
                    try body(.end(offset: base + UInt64(i)))
                }
            case .string:
                while i < n {
                    let c = bytes[i]
                    i += 1
                    let wasEscaped = isEscaped
                    isEscaped = !wasEscaped && c == 0x5c
                    if isAtKey, key.count <= Self.longestKey { key.append(c) }
                    guard c == 0x22, !wasEscaped else { continue }
                    if !isAtKey { key = [] }
                    place = .object
                    break
                }
            case .value:
                let end = ck_json_skip(start + i, UInt64(n - i), &state, 0)
                i = end == 0 ? n : i + Int(end)
                if end > 0 { place = .object }
            case .list(let expected):
                while i < n, Self.isSpace(bytes[i]) { i += 1 }
                guard i < n else { break }
                switch (bytes[i], expected) {
                case (0x5d, .elementOrEnd), (0x5d, .commaOrEnd):
                    i += 1
                    place = isArray ? .between : .object
                    if isArray {
                        try text()
                        try body(.end(offset: base + UInt64(i)))
                    }
                case (0x2c, .commaOrEnd):
                    i += 1
                    place = .list(.element)
                case (_, .commaOrEnd): try fail("neither a comma nor the end of the list")
                case (0x2c, _), (0x5d, _), (0x7d, _): try fail("no element where one should be")
                default:
                    try text()
                    elementStart = base + UInt64(i)
                    isOversized = false
                    state = ck_json_state()
                    isEscaped = false
                    switch bytes[i] {
                    case 0x7b, 0x5b: place = .element
                    case 0x22:
                        place = .elementString
                        i += 1
                    default: place = .scalar
                    }
                }
            case .element:
                let end = ck_json_skip(start + i, UInt64(n - i), &state, 0)
                i = end == 0 ? n : i + Int(end)
                if end > 0 { try endElement(bytes, &from, i, body) }
            case .elementString:
                while i < n {
                    let c = bytes[i]
                    i += 1
                    if isEscaped {
                        isEscaped = false
                    } else if c == 0x5c {
                        isEscaped = true
                    } else if c == 0x22 {
                        try endElement(bytes, &from, i, body)
                        break
                    }
                }
            case .scalar:
                while i < n, !Self.isSpace(bytes[i]), bytes[i] != 0x2c, bytes[i] != 0x5d, bytes[i] != 0x7d { i += 1 }
                if i < n { try endElement(bytes, &from, i, body) }
            }
        }
        switch place {
        case .element, .elementString, .scalar: try carry(bytes[from..<n], body)
        default: try text()
        }
        base += UInt64(n)
    }

    /// Says that nothing follows.
    ///
    /// - Throws: `JSONListError` if a document is not whole. Its unfinished element is in `unfinished`.
    package mutating func finish() throws {
        let reason: String
        switch place {
        case .between: return
        case .object, .string, .value: reason = "the input ends within an object"
        case .list: reason = "the input ends within a list"
        case .element, .elementString, .scalar: reason = "the input ends within an element of a list"
        }
        throw JSONListError(reason: reason, offset: base)
    }

    /// Bytes of an element whose end has not come.
    package var unfinished: [UInt8] { carried }

    /// Forgets the document at hand: the next byte fed is taken for the first one between documents.
    ///
    /// - Parameter offset: how far into the input that byte is.
    package mutating func restart(at offset: UInt64) {
        place = .between
        carried = []
        base = offset
    }

    /// At the level of a document that is an object: goes to where something begins or ends.
    /// - Returns: what is wrong with the byte at `i`.
    private mutating func passMember(_ bytes: UnsafeRawBufferPointer, _ i: inout Int) -> String? {
        while i < bytes.count {
            switch bytes[i] {
            case 0x22:
                if isAtKey { key = [] }
                isEscaped = false
                place = .string
            case 0x2c: isAtKey = true
            case 0x3a: isAtKey = false
            case 0x7b, 0x5b:
                if isAtKey { return "not a key" }
                if bytes[i] == 0x5b, key.last == 0x22, lists.contains(where: { $0[...] == key.dropLast() }) {
                    place = .list(.elementOrEnd)
                } else {
                    state = ck_json_state()
                    place = .value
                    return nil
                }
            case 0x7d: place = .between
            case 0x5d: return "the end of an array that is not open"
            default: break
            }
            i += 1
            guard case .object = place else { return nil }
        }
        return nil
    }

    /// Delivers the element that ends at `end`.
    private mutating func endElement(
        _ bytes: UnsafeRawBufferPointer, _ from: inout Int, _ end: Int, _ body: (Part) throws -> Void
    ) throws {
        place = .list(.commaOrEnd)
        let last = UnsafeRawBufferPointer(rebasing: bytes[from..<end])
        from = end
        if isOversized || carried.count + last.count > elementLimit {
            try deliverPiece(last, isLast: true, body)
        } else if carried.isEmpty {
            try body(.element(last, offset: elementStart))
        } else {
            carried.append(contentsOf: last)
            try carried.withUnsafeBytes { try body(.element($0, offset: elementStart)) }
        }
        carried.removeAll(keepingCapacity: carried.capacity <= 1 << 20)
    }

    /// Keeps what the piece had of an element, or passes it on if the element is too large to be kept.
    private mutating func carry(_ part: Slice<UnsafeRawBufferPointer>, _ body: (Part) throws -> Void) throws {
        if !isOversized, carried.count + part.count <= elementLimit { return carried.append(contentsOf: part) }
        try deliverPiece(UnsafeRawBufferPointer(rebasing: part), isLast: false, body)
        carried = []
    }

    private mutating func deliverPiece(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, _ body: (Part) throws -> Void
    ) throws {
        let isFirst = !isOversized
        isOversized = true
        if !carried.isEmpty {
            try carried.withUnsafeBytes {
                try body(.piece($0, offset: elementStart, isFirst: isFirst, isLast: false))
            }
        }
        try body(.piece(bytes, offset: elementStart, isFirst: isFirst && carried.isEmpty, isLast: isLast))
    }

    @inline(__always)
    static func isSpace(_ c: UInt8) -> Bool { c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09 }
}

/// Why an input is no list of elements, and where.
package struct JSONListError: Error, Sendable, CustomStringConvertible {
    package var reason: String
    /// Bytes from the start of the input.
    package var offset: UInt64
    package var description: String { "\(reason), at byte \(offset)" }
}
