import ArgumentParser
import Gridlog

/// What events must be.
struct QueryOptions: ParsableArguments {
    @Option(help: "Only events of this type; here and below, a '*' at the beginning or the end stands for anything.")
    var type: String?

    @Option(help: "Only events of this source.")
    var source: String?

    @Option(help: "Only events of this subject.")
    var subject: String?

    @Option(help: "Only events with this id.")
    var id: String?

    @Option(
        help: ArgumentHelp(
            "Only events with this value in their JSON data, by the names of members from the outside in; repeatable. Of "
                + "anything but a text the value is its JSON as it was published.",
            valueName: "path=value"))
    var data: [DataCondition] = []

    /// Those first that need no look into the JSON.
    var query: EventQuery {
        let attributes = [("id", id), ("subject", subject), ("type", type), ("source", source)]
        return EventQuery(
            attributes.compactMap { name, text in
                guard let text, let key = FrameEvents.Key(name) else { return nil }
                return (key, ValuePattern(text))
            } + data.map { ($0.key, $0.pattern) })
    }
}

/// A value in the data, and what it must be.
struct DataCondition: ExpressibleByArgument {
    let key: FrameEvents.Key
    let pattern: ValuePattern

    init?(argument: String) {
        guard let end = argument.firstIndex(of: "="), end > argument.startIndex,
            let key = FrameEvents.Key("data." + argument[..<end])
        else { return nil }
        self.key = key
        pattern = ValuePattern(String(argument[argument.index(after: end)...]))
    }
}
