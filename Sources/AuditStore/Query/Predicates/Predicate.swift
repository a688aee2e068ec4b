/// The predicate tree that the typed API and the text form both compile to.
///
/// Two-valued: a test of an absent value is false, and `not` turns that into true.
package indirect enum Predicate: Sendable {
    case constant(Bool)
    case and([Predicate])
    case or([Predicate])
    case not(Predicate)
    /// The field has a value that passes the test.
    case test(FieldReference, ValueTest)
    /// The field is a time or a duration, and its microseconds are in the range.
    case range(FieldReference, ClosedRange<Int64>)
    /// Both fields have values, and the pair passes.
    case pair(FieldReference, FieldReference, PairTest)

    package static func all(_ parts: [Predicate]) -> Predicate { parts.count == 1 ? parts[0] : .and(parts) }
}

/// A test of one value, called once for each distinct one.
package struct ValueTest: Sendable {
    package let value: @Sendable (EventValue) -> Bool
    /// The same for a string, on its UTF-8 bytes, where these are at hand without decoding.
    package let text: (@Sendable (UnsafeRawBufferPointer) -> Bool)?
    /// Makes such a test for many texts in a row, by one thread; nil if there is nothing to be gained.
    private let makeText: (@Sendable () -> (UnsafeRawBufferPointer) -> Bool)?
    /// The only string that passes: what filters of identities are asked for.
    package let onlyText: String?
    /// What every string contains that passes.
    package let needle: Needle?
    /// Whether every value passes.
    package private(set) var isPresence = false

    package struct Needle: Sendable {
        package let bytes: [UInt8]
        /// Whether every string passes that contains it.
        package let isEnough: Bool

        /// nil for what also stands for bytes that are no text: U+FFFD.
        package init?(_ bytes: [UInt8], isEnough: Bool) {
            guard !bytes.indices.contains(where: { bytes[$0...].starts(with: [0xef, 0xbf, 0xbd]) }) else { return nil }
            self.bytes = bytes
            self.isEnough = isEnough
        }
    }

    package init(
        value: @escaping @Sendable (EventValue) -> Bool, text: (@Sendable (UnsafeRawBufferPointer) -> Bool)? = nil,
        makeText: (@Sendable () -> (UnsafeRawBufferPointer) -> Bool)? = nil, onlyText: String? = nil,
        needle: Needle? = nil
    ) {
        self.value = value
        self.text = text
        self.makeText = makeText
        self.onlyText = onlyText
        self.needle = needle
    }

    /// The test for many texts in a row, by one thread.
    func textTest() -> ((UnsafeRawBufferPointer) -> Bool)? { makeText?() ?? text }

    /// A test that only strings can pass.
    package static func text(
        onlyText: String? = nil, needle: Needle? = nil,
        makeText: (@Sendable () -> (UnsafeRawBufferPointer) -> Bool)? = nil,
        _ test: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool
    ) -> ValueTest {
        ValueTest(
            value: { value in
                guard case .string(var string) = value else { return false }
                return string.withUTF8 { test(UnsafeRawBufferPointer($0)) }
            }, text: test, makeText: makeText, onlyText: onlyText, needle: needle)
    }

    package static let isPresent: ValueTest = {
        var test = ValueTest(value: { _ in true }, text: { _ in true })
        test.isPresence = true
        return test
    }()
}
