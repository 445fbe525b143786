import ArgumentParser

/// `gridlog acknowledge`
struct AcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Acknowledge received events: they are never delivered again on this event subscription.")

    @OptionGroup var arguments: SettleArguments

    func run() async throws { try await arguments.run(.acknowledge) }
}

/// `gridlog release`
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Give received events back: they are delivered again, now or after a delay.")

    /// The delays that the protocol knows, in seconds.
    static let delays = [0, 10, 60, 600, 3_600]

    @Option(help: ArgumentHelp("Seconds until they are available again: 0, 10, 60, 600 or 3600.", valueName: "s"))
    var delay = 0

    @OptionGroup var arguments: SettleArguments

    func validate() throws {
        if !Self.delays.contains(delay) { throw ValidationError("--delay must be 0, 10, 60, 600 or 3600.") }
    }

    func run() async throws { try await arguments.run(.release(delay: delay)) }
}

/// `gridlog reject`
struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Refuse received events for good: they are not delivered again.")

    @OptionGroup var arguments: SettleArguments

    func run() async throws { try await arguments.run(.reject) }
}

/// `gridlog renew-lock`
struct RenewLockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew-lock",
        abstract: "Hold received events for one more lock duration from now, up to an hour after they were received.")

    @OptionGroup var arguments: SettleArguments

    func run() async throws { try await arguments.run(.renewLock) }
}
