/// Text from events is what an attacker chose to send. Here is what of it must never reach a terminal as it is.
package enum HostileText {
    /// Whether a scalar can steer a terminal (C0 controls, DEL, C1 controls), break the line, or turn its order round.
    package static func isControl(_ code: UInt32) -> Bool {
        switch code {
        case 0...0x1F, 0x7F...0x9F: true
        case 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// `text` with such scalars as JSON would escape them (`\u001b`), the rest unchanged. For messages (file names are
    /// foreign text too) and for raw text shown to a person.
    package static func visible(_ text: String, keepingNewlines: Bool = false) -> String {
        func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
            isControl(scalar.value) && !(keepingNewlines && scalar == "\n")
        }
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                JSONText.append(escapeOf: scalar.value, to: &bytes)
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes that claim to be text, for example a raw event on its way to a terminal: as `visible(_:)`, and each byte
    /// that is no UTF-8 as `\x9b`, since a terminal may take it for a control.
    package static func appendVisible(_ raw: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        if raw.allSatisfy({ (0x20...0x7E).contains($0) }) {
            bytes.append(contentsOf: raw)
            return
        }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = raw.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if isControl(scalar.value) {
                    JSONText.append(escapeOf: scalar.value, to: &bytes)
                } else {
                    bytes.append(contentsOf: encoded)
                }
                position += encoded.count
            case .error(let length):
                for byte in raw[position..<position + length] {
                    bytes.append(contentsOf: "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
                }
                position += length
            case .emptyInput:
                return
            }
        }
    }
}
