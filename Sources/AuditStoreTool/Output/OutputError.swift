/// Why output could not be written.
enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The reader has gone (`auditstore … | head`). No failure: the tool stops and exits quietly.
    case closed
    /// The user has interrupted the command.
    case interrupted
    /// The system refused, for example because the disk is full.
    case failed(errno: Int32)

    /// For loops that make output of a whole result, which can have millions of rows.
    static func checkInterruption(_ row: Int) throws(OutputError) {
        if row & 1023 == 0, Task.isCancelled { throw .interrupted }
    }

    var description: String {
        switch self {
        case .closed: "the reader of the output has closed it"
        case .interrupted: "interrupted"
        case .failed(let code): "cannot write the output: \(Terminal.message(forError: code))"
        }
    }
}
