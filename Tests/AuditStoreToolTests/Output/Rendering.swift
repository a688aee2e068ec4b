@testable import AuditStoreTool

/// The text that a result becomes in one form.
func rendered(_ table: ResultTable, as format: OutputFormat, style: OutputStyle = .plain) throws -> String {
    var out = OutputBuffer(inMemory: ())
    try table.write(as: format, style: style, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
}

func terminal(width: Int, usesColor: Bool = false) -> OutputStyle {
    OutputStyle(isTerminal: true, usesColor: usesColor, width: width)
}

/// Texts such as an attacker may send as a userAgent or a user name.
enum Hostile {
    static let texts = [
        "", "\u{1B}[2J\u{1B}]0;owned\u{7}", "\u{9B}31m", "a\r\nb\tc\u{0}", "\u{7F}", "\u{202E}txt.exe",
        "x\u{2066}y\u{2069}",
        "line\u{2028}separator", "zero\u{200B}width\u{FEFF}", "soft\u{AD}hyphen", "\u{301}starts with an accent",
        "a" + String(repeating: "\u{301}", count: 5000), String(repeating: "\u{200D}", count: 300),
        String(repeating: "👩\u{200D}", count: 300) + "👩", "日本語のユーザー名前", "👩‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "❤️ and 👍🏽",
        "\u{E0041}\u{E007F}", "\u{3164}\u{115F}\u{FFA0}", "שלום", "한국어", "\u{1112}\u{1161}\u{11AB}", "e\u{301}",
        "\"quoted\", \\x",
        String(repeating: "x", count: 1_000_000), String(repeating: "界", count: 100_000),
        String(repeating: "\u{1B}", count: 100_000),
    ]

    /// Whether a terminal would do nothing with the text but show it.
    static func isHarmless(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.allSatisfy { !HostileText.isControl($0.value) }
    }
}
