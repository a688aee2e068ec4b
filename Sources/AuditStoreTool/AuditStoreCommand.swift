import ArgumentParser
import AuditStore

/// The command-line tool. Its names and forms are a contract that scripts rely on.
@main
struct AuditStoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auditstore",
        abstract: "Keeps audit logs whole and small, and answers anything about them.",
        discussion: """
            The store is a directory, given by --store or the environment variable AUDITSTORE_DIR.
            Exit status: 0 done, 1 failed, 2 bad usage, 3 done but some input was quarantined, 130 interrupted.
            """,
        subcommands: [
            IngestCommand.self, AppendCommand.self, TailCommand.self, EventsCommand.self, QueryCommand.self,
            StatsCommand.self,
            VerifyCommand.self,
            BackupCommand.self, CompactCommand.self, RetainCommand.self, HoldCommand.self, DeleteCommand.self,
            FirstSeenCommand.self, RareCommand.self, SpikesCommand.self, SequenceCommand.self,
            HistoryCommand.self, ProfileCommand.self, ContextCommand.self, GenerateCommand.self,
            ServeCommand.self,
        ])

    static func main() async {
        Terminal.ignoreBrokenPipes()
        do {
            var command = try parseArguments()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await Interruption.run { try await asynchronous.run() }
            } else {
                try command.run()
            }
        } catch { exit(reporting: error) }
    }

    /// The named command is asked first. The tree of all commands takes a millisecond to make, a hundredth of a load of a
    /// hundred megabytes: it is left to requests for help and to what is wrong.
    private static func parseArguments() throws -> any ParsableCommand {
        let arguments = CommandLine.arguments.dropFirst()
        if let command = configuration.subcommands.first(where: { $0._commandName == arguments.first }),
            let parsed = try? command.parse(Array(arguments.dropFirst()))
        {
            return parsed
        }
        return try parseAsRoot()
    }

    private static func exit(reporting error: any Error) -> Never {
        switch error {
        case let status as ExitStatus: Terminal.exit(status.rawValue)
        case OutputError.closed: Terminal.exit(0)
        case is CancellationError, OutputError.interrupted: Terminal.exit(ExitStatus.interrupted.rawValue)
        case let error as AuditStoreError where error.code == .cancelled:
            Terminal.exit(ExitStatus.interrupted.rawValue)
        case let error as ExpressionError:
            Terminal.say("auditstore: \(error)")
            Terminal.exit(ExitStatus.usage.rawValue)
        default: break
        }
        // What the argument parser throws is bad usage (or a request for help); what a command throws is a failure.
        if exitCode(for: error) == .success { exit(withError: error) }
        let isUsage = exitCode(for: error) == .validationFailure
        Terminal.say(isUsage ? fullMessage(for: error) : "auditstore: \(error)")
        Terminal.exit(isUsage ? ExitStatus.usage.rawValue : ExitStatus.failed.rawValue)
    }
}

/// How the tool ends.
enum ExitStatus: Int32, Error {
    case failed = 1
    case usage = 2
    case quarantined = 3
    case interrupted = 130
}
