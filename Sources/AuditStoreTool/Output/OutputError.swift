/// Why output could not be written.
enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The reader has gone (`auditstore … | head`). No failure: the tool stops and exits quietly.
    case closed
    /// The system refused, for example because the disk is full.
    case failed(errno: Int32)

    var description: String {
        switch self {
        case .closed: "the reader of the output has closed it"
        case .failed(let code): "cannot write the output: \(Terminal.message(forError: code))"
        }
    }
}
