import CommandOutput
import ArgumentParser
import Gridlog

/// The settings of a topic that the command line can name.
struct TopicOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Days that an event is kept at most, 1 to 7.", valueName: "n"))
    var retentionDays: Int?

    @Option(
        help: ArgumentHelp(
            "'durable': a publish is answered when the disk has the events; 'written': when the system has them.",
            valueName: "level")
    )
    var durability: Durability?

    func validate() throws {
        try Checks.range("--retention-days", retentionDays, 1...7)
    }

    /// No setting was named.
    var isEmpty: Bool { retentionDays == nil && durability == nil }

    /// The body of a PUT or PATCH, with the settings that were named.
    var document: JSONText { Self.document(retentionDays: retentionDays, durability: durability) }

    /// The body of a PUT or PATCH with these settings.
    static func document(retentionDays: Int? = nil, durability: Durability?) -> JSONText {
        var members: [String] = []
        if let retentionDays { members.append("\"eventRetentionInDays\":\(retentionDays)") }
        if let durability { members.append("\"durability\":\(JSONText.quoting(durability.rawValue))") }
        return JSONText("{\"properties\":{\(members.joined(separator: ","))}}")
    }

    /// A row a topic.
    static func table(of topics: [JSONText]) -> Table {
        var table = Table(header: ["NAME", "RETENTION", "DURABILITY", "STATE"])
        for topic in topics {
            let properties = topic["properties"]
            table.add([
                topic["name"]?.display ?? "", (properties?["eventRetentionInDays"]?.display ?? "?") + " d",
                properties?["durability"]?.display ?? "", properties?["provisioningState"]?.display ?? "",
            ])
        }
        return table
    }
}
