/// What the place where the output goes can show. Found once, handed down, so that renderers need no system calls.
struct OutputStyle: Sendable, Equatable {
    /// A person looks at it: text from events must not be able to steer the terminal.
    var isTerminal: Bool
    /// Bold may be used: a terminal that is not `dumb`, and NO_COLOR is not set.
    var usesColor: Bool
    /// The columns of the terminal; nil where lines may be as long as they are.
    var width: Int?

    /// For files and pipes.
    static let plain = OutputStyle(isTerminal: false, usesColor: false, width: nil)

    static func detect(descriptor: Int32) -> OutputStyle {
        guard Terminal.isTerminal(descriptor) else { return .plain }
        return OutputStyle(
            isTerminal: true,
            usesColor: allowsColor(noColor: Terminal.environment("NO_COLOR"), term: Terminal.environment("TERM")),
            width: Terminal.width(descriptor) ?? 80)
    }

    /// https://no-color.org: present and not empty means none.
    static func allowsColor(noColor: String?, term: String?) -> Bool {
        (noColor ?? "").isEmpty && term != "dumb"
    }
}
