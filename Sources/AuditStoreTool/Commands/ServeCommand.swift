import ArgumentParser

/// The server is a program of its own beside this one, as `git` has them: what it links would slow down the start of all commands.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Receives audit webhooks, and answers questions over HTTP.")

    @Argument(parsing: .captureForPassthrough, help: "See `auditstore serve --help`.") var arguments: [String] = []

    func run() throws {
        let reason = Terminal.becomeSibling("auditstore-serve", arguments: arguments)
        Terminal.say("auditstore: there is no auditstore-serve beside this program, and none in the PATH: \(reason)")
        throw ExitStatus.failed
    }
}
