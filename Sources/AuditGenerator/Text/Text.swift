/// Some bytes of a `TextArena`, valid as long as it is.
struct Text: @unchecked Sendable {
    // Never written after the arena is made: any thread may read it.
    let start: UnsafePointer<UInt8>
    let count: Int

    static let empty: Text = {
        let literal: StaticString = ""
        return Text(start: literal.utf8Start, count: 0)
    }()
}

/// Texts that are made once and copied into millions of events: no `String` is touched for an event.
final class TextArena {
    private var blocks: [UnsafeMutablePointer<UInt8>] = []
    private var next: UnsafeMutablePointer<UInt8>?
    private var left = 0

    func add(_ text: String) -> Text {
        var text = text
        return text.withUTF8 { bytes in
            let start = allocate(bytes.count)
            if let source = bytes.baseAddress { start.update(from: source, count: bytes.count) }
            return Text(start: start, count: bytes.count)
        }
    }

    private func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let start = next, count <= left {
            next = start + count
            left -= count
            return start
        }
        let size = max(count, 1 << 16)
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        blocks.append(block)
        next = block + count
        left = size - count
        return block
    }

    deinit {
        for block in blocks { block.deallocate() }
    }
}
