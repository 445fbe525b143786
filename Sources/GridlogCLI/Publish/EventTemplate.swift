import ArgumentParser
import Foundation

/// One event made from options, for a first try and for scripts.
struct EventTemplate: ParsableArguments {
    @Option(help: "Make one event of this type from the options below.")
    var type: String?

    @Option(help: "The event's source. (default: gridlog)")
    var source: String?

    @Option(help: "The event's subject.")
    var subject: String?

    @Option(help: "The event's id. (default: a random UUID)")
    var id: String?

    @Option(help: "The event's data: JSON, or any other text.")
    var data: String?

    func validate() throws {
        let others = [source, subject, id, data].contains { $0 != nil }
        if type == nil, others { throw ValidationError("--source, --subject, --id and --data need --type.") }
    }

    /// The event's JSON, or nil when no type was given.
    ///
    /// - Parameters:
    ///   - randomID: stands for an id that was not given.
    ///   - now: the event's time.
    func event(randomID: @autoclosure () -> String, now: Date) -> [UInt8]? {
        guard let type else { return nil }
        var members = [
            ("specversion", "\"1.0\""), ("type", JSONText.quoting(type)),
            ("source", JSONText.quoting(source ?? "gridlog")), ("id", JSONText.quoting(id ?? randomID())),
            ("time", JSONText.quoting(now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
        ]
        if let subject { members.append(("subject", JSONText.quoting(subject))) }
        if let data {
            let isJSON = Self.isJSON(data)
            members.append(("datacontenttype", isJSON ? "\"application/json\"" : "\"text/plain\""))
            members.append(("data", isJSON ? data : JSONText.quoting(data)))
        }
        return Array(("{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}").utf8)
    }

    /// Decides only between two ways to send the text; what is sent as JSON the server checks again.
    private static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    }
}
