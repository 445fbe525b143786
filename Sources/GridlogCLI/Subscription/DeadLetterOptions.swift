import ArgumentParser
import Foundation

/// Where events go that cannot be delivered, as the command line can name it.
struct DeadLetterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write events that cannot be delivered to files in this directory of the server's machine.",
            valueName: "path"))
    var deadLetterDirectory: String?

    @Option(help: ArgumentHelp("Publish events that cannot be delivered to this topic.", valueName: "topic"))
    var deadLetterTopic: String?

    func validate() throws {
        if deadLetterDirectory != nil && deadLetterTopic != nil {
            throw ValidationError("--dead-letter-directory and --dead-letter-topic exclude each other.")
        }
        if deadLetterDirectory?.isEmpty == true { throw ValidationError("--dead-letter-directory needs a path.") }
        if let deadLetterTopic { try Checks.name("a topic", deadLetterTopic) }
    }

    /// No destination was named.
    var isEmpty: Bool { deadLetterDirectory == nil && deadLetterTopic == nil }

    /// The member of `queue` or `push`, if a destination was named; a path is made absolute from the current directory.
    var member: String? {
        if let deadLetterDirectory {
            let path = URL(fileURLWithPath: deadLetterDirectory).standardizedFileURL.path
            return Self.member("Directory", "\"path\":\(JSONText.quoting(path))")
        }
        return deadLetterTopic.map { Self.member("NamespaceTopic", "\"resourceId\":\(JSONText.quoting($0))") }
    }

    /// The member that takes the destination away.
    static let noDestination = "\"\(name)\":null"

    private static let name = "deadLetterDestinationWithResourceIdentity"

    private static func member(_ type: String, _ properties: String) -> String {
        "\"\(name)\":{\"deadLetterDestination\":{\"endpointType\":\"\(type)\",\"properties\":{\(properties)}}}"
    }
}
