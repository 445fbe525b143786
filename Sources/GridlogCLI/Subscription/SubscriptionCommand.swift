import ArgumentParser

/// `gridlog subscription`
struct SubscriptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscription", abstract: "Create, list, show, change, explain and delete event subscriptions.",
        subcommands: [Create.self, List.self, Show.self, Update.self, Explain.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an event subscription, or replace its settings; what is not named takes its default."
        )

        @OptionGroup var target: Target
        @OptionGroup var settings: SubscriptionOptions

        @Option(
            help: ArgumentHelp(
                """
                Which events a new one begins with: 'now' (the default), 'earliest', the sequence of an event, or a time such \
                as 2026-01-31T09:00:00Z.
                """, valueName: "position"))
        var startAt: String?

        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if settings.push.push == nil, let option = settings.push.named.first {
                throw ValidationError("\(option) needs --push.")
            }
        }

        func run() async throws {
            try await connection.run { client, console in
                let subscription = try await client.put(
                    topic: target.topic, subscription: target.name, settings: settings.document(startAt: startAt),
                    patience: settings.push.push == nil ? .zero : BrokerClient.handshakePatience)
                try console.show(subscription, as: SubscriptionOptions.table(of: [subscription]))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the event subscriptions of a topic.")

        @Argument(help: "The topic's name.")
        var topic: String

        @OptionGroup var connection: ConnectionOptions

        func validate() throws { try Checks.name("a topic", topic) }

        func run() async throws {
            try await connection.run { client, console in
                let list = try await client.list(subscriptionsOf: topic)
                try console.show(list, as: SubscriptionOptions.table(of: list["value"]?.elements ?? []))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an event subscription.")

        @OptionGroup var target: Target
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { client, console in
                let subscription = try await client.get(topic: target.topic, subscription: target.name)
                try console.show(subscription, as: SubscriptionOptions.table(of: [subscription]))
            }
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change settings of an event subscription; what is not named stays.")

        @OptionGroup var target: Target
        @OptionGroup var settings: SubscriptionOptions

        @Flag(help: "Deliver events of every type again.")
        var allEventTypes = false

        @Flag(help: "Deliver what no filter selected again: remove all filters.")
        var noFilters = false

        @Flag(help: "Drop events that cannot be delivered again: remove the dead-letter destination.")
        var noDeadLetter = false

        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if settings.isEmpty && !allEventTypes && !noFilters && !noDeadLetter {
                throw ValidationError("Name at least one setting to change.")
            }
            if allEventTypes && !settings.eventType.isEmpty {
                throw ValidationError("--event-type and --all-event-types exclude each other.")
            }
            if noFilters && !settings.filter.isEmpty {
                throw ValidationError("--filter and --no-filters exclude each other.")
            }
            if noDeadLetter && !settings.deadLetter.isEmpty {
                throw ValidationError("--no-dead-letter and a dead-letter destination exclude each other.")
            }
        }

        func run() async throws {
            try await connection.run { client, console in
                // Where its settings stand depends on its mode.
                let mode = DeliveryMode(of: try await client.get(topic: target.topic, subscription: target.name))
                try settings.check(for: mode)
                let document = settings.document(
                    of: mode, clearsEventTypes: allEventTypes, clearsFilters: noFilters, clearsDeadLetter: noDeadLetter)
                let subscription = try await client.patch(
                    topic: target.topic, subscription: target.name, settings: document,
                    patience: mode == .push ? BrokerClient.handshakePatience : .zero)
                try console.show(subscription, as: SubscriptionOptions.table(of: [subscription]))
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an event subscription; the topic's events stay for the others.")

        @OptionGroup var target: Target
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { client, console in
                let answer = try await client.delete(topic: target.topic, subscription: target.name)
                try console.show(answer, as: "\(target.name) deleted")
            }
        }
    }

    /// The event subscription that a verb is about.
    struct Target: ParsableArguments {
        @Argument(help: "The topic's name.")
        var topic: String

        @Argument(help: "The event subscription's name.")
        var name: String

        func validate() throws {
            try Checks.name("a topic", topic)
            try Checks.name("an event subscription", name)
        }
    }
}
