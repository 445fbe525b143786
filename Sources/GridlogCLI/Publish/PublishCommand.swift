import ArgumentParser
import Foundation

/// `gridlog publish`
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish CloudEvents to a topic.",
        discussion: """
            The events come from the argument, from --file, or from standard input: one event, a JSON array of events, \
            or JSON lines. Their bytes are sent unchanged, in order, in requests of at most 1,000 events and 1 MiB; \
            each request is published whole or not at all. Or --type and its options make one event.
            """)

    @Argument(help: "The topic's name.")
    var topic: String

    @Argument(help: "The events, as JSON; '-' or nothing reads standard input.")
    var events: String?

    @Option(help: ArgumentHelp("Read the events from a file.", valueName: "path"), completion: .file())
    var file: String?

    @OptionGroup(title: "One event") var template: EventTemplate

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        try Checks.name("a topic", topic)
        let sources = [events != nil, file != nil, template.type != nil].filter { $0 }
        if sources.count > 1 {
            throw ValidationError("Give the events as an argument, with --file, or with --type: only one of these.")
        }
    }

    func run() async throws {
        try await connection.run { client, console in
            var publisher = Publisher(client: client, topic: topic)
            do {
                try await publish(with: &publisher)
            } catch let failure as CommandFailure where publisher.published > 0 {
                throw failure.noting("the \(publisher.published) events before it are published")
            }
            let count = publisher.published
            try console.show(
                JSONText("{\"published\":\(count)}"), as: "\(count) \(count == 1 ? "event" : "events") published")
        }
    }

    private func publish(with publisher: inout Publisher) async throws {
        if let event = template.event(randomID: UUID().uuidString.lowercased(), now: Date()) {
            try await publisher.add(event[...])
        } else if let events, events != "-" {
            var splitter = EventSplitter()
            splitter.append(events.utf8)
            try await Self.drain(&splitter, into: &publisher)
            try splitter.finish()
        } else {
            try await publish(from: try file.map(EventInput.init(file:)) ?? EventInput(), with: &publisher)
        }
        try await publisher.flush()
    }

    /// Reads to the end. When no more input is there for the moment, what came is published before it waits.
    private func publish(from input: consuming EventInput, with publisher: inout Publisher) async throws {
        var splitter = EventSplitter()
        while true {
            if !input.isReady { try await publisher.flush() }
            let bytes = try input.read()
            if bytes.isEmpty { break }
            splitter.append(bytes)
            try await Self.drain(&splitter, into: &publisher)
        }
        try splitter.finish()
    }

    private static func drain(_ splitter: inout EventSplitter, into publisher: inout Publisher) async throws {
        while let event = try splitter.next() { try await publisher.add(event) }
    }
}
