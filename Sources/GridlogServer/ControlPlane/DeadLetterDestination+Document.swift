import Gridlog

/// `deadLetterDestinationWithResourceIdentity` of a delivery, or `deadLetterDestination` directly (contract 3.7). The identity is Azure's
/// and passed over.
extension DeadLetterDestination {
    private static let wrappedName = "deadLetterDestinationWithResourceIdentity"
    private static let name = "deadLetterDestination"

    /// Nil when none was sent.
    ///
    /// - Parameter delivery: `queue` or `push`.
    init?(of delivery: JSONMember) throws(ErrorAnswer) {
        let destination = try delivery.member(Self.name, orWithin: Self.wrappedName)
        guard destination.value != nil else { return nil }
        try self.init(document: destination)
    }

    private init(document destination: JSONMember) throws(ErrorAnswer) {
        try destination.checkMembers("endpointType", "properties")
        let type = destination["endpointType"]
        let properties = destination["properties"]
        if try type.required(type.word("Directory", "NamespaceTopic"), "'Directory' or 'NamespaceTopic'") == "Directory"
        {
            try properties.checkMembers("path")
            self = .directory(path: try Self.path(properties["path"]))
        } else {
            try properties.checkMembers("resourceId")
            self = .topic(name: try Self.topic(properties["resourceId"]))
        }
    }

    private static func path(_ member: JSONMember) throws(ErrorAnswer) -> String {
        let path = try member.required(member.string(), "the absolute path of a directory")
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw member.refusal("must be the absolute path of a directory, not '\(path)'")
        }
        return path
    }

    /// The name at the end of a resource's id, or a bare name. Whether there is such a topic the broker knows.
    private static func topic(_ member: JSONMember) throws(ErrorAnswer) -> String {
        let id = try member.required(member.string(), "the id of a topic, such as /topics/failed")
        guard id.utf8.contains(UInt8(ascii: "/")) else { return id }
        guard let path = ResourcePath(path: Substring(id)), let topic = path.topic, path.subscription == nil,
            !path.isCollection, path.operation == nil
        else { throw member.refusal("must end in /topics/ and the name of a topic, not '\(id)'") }
        return topic
    }

    /// Adds the destination to `queue` or `push`.
    func write(to delivery: inout JSONObject, _ view: DocumentView) {
        let isDirect = view.prefers(Self.name, to: Self.wrappedName)
        let view = isDirect ? view[Self.name] : view[Self.wrappedName][Self.name]
        let (type, properties): (String, JSONObject) =
            switch self {
            case .directory(let path): ("Directory", ["path": .string(path)])
            case .topic(let name): ("NamespaceTopic", ["resourceId": .string("/topics/\(name)")])
            }
        if view.replaces("endpointType", type) { return }
        let destination = JSONValue.object(["endpointType": .string(type), "properties": .object(properties)])
        delivery[isDirect ? Self.name : Self.wrappedName] = isDirect ? destination : .object([Self.name: destination])
    }
}
