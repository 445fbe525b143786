import ArgumentParser

/// `gridlog topic`
struct TopicCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topic", abstract: "Create, list, show, change and delete topics.",
        subcommands: [Create.self, List.self, Show.self, Update.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a topic, or replace the settings of one; what is not named takes its default.")

        @OptionGroup var target: Target
        @OptionGroup var settings: TopicOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { client, console in
                let topic = try await client.put(topic: target.name, settings: settings.document)
                try console.show(topic, as: TopicOptions.table(of: [topic]))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all topics.")

        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { client, console in
                let topics = try await client.list()
                try console.show(topics, as: TopicOptions.table(of: topics["value"]?.elements ?? []))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a topic.")

        @OptionGroup var target: Target
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { client, console in
                let topic = try await client.get(topic: target.name)
                try console.show(topic, as: TopicOptions.table(of: [topic]))
            }
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change settings of a topic; what is not named stays.")

        @OptionGroup var target: Target
        @OptionGroup var settings: TopicOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if settings.isEmpty { throw ValidationError("Name at least one setting to change.") }
        }

        func run() async throws {
            try await connection.run { client, console in
                let topic = try await client.patch(topic: target.name, settings: settings.document)
                try console.show(topic, as: TopicOptions.table(of: [topic]))
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a topic with its events and event subscriptions.")

        @OptionGroup var target: Target
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { client, console in
                let answer = try await client.delete(topic: target.name)
                try console.show(answer, as: "\(target.name) deleted")
            }
        }
    }

    /// The topic that a verb is about.
    struct Target: ParsableArguments {
        @Argument(help: "The topic's name.")
        var name: String

        func validate() throws { try Checks.name("a topic", name) }
    }
}
