extension JSONValue {
    /// The envelope of every resource. Changes are complete when they are answered, so its state is always `Succeeded`.
    static func resource(id: String, name: String, type: String, properties: JSONValue?...) -> JSONValue {
        var all: JSONObject = ["provisioningState": .string("Succeeded")]
        for case .object(let object)? in properties {
            for member in object.members { all[member.name] = member.value }
        }
        return .object([
            "id": .string(id), "name": .string(name), "type": .string(type), "properties": .object(all),
        ])
    }
}
