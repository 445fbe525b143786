import Gridlog

/// An element of `deliveryAttributeMappings` (contract 3.5).
extension DeliveryAttribute {
    /// - Parameter kept: the attributes that are there: a secret whose value is not sent keeps the one it has.
    static func all(in member: JSONMember, kept: [DeliveryAttribute]) throws(ErrorAnswer) -> [DeliveryAttribute] {
        let elements = try member.elements("an array of delivery attributes")
        guard elements.count <= PushSettings.deliveryAttributesMax else {
            throw member.refusal("has \(elements.count) attributes; there may be \(PushSettings.deliveryAttributesMax)")
        }
        var all: [DeliveryAttribute] = []
        for element in elements {
            let attribute = try DeliveryAttribute(document: element, kept: kept)
            guard !all.contains(where: { $0.isNamed(attribute.name) }) else {
                throw element["name"].refusal(
                    "is '\(attribute.name)', as that of another attribute; case does not count")
            }
            all.append(attribute)
        }
        return all
    }

    private init(document element: JSONMember, kept: [DeliveryAttribute]) throws(ErrorAnswer) {
        _ = try element.required(element.value, "an object with 'name', 'type' and 'properties'")
        try element.checkMembers("name", "type", "properties")
        let name = try DeliveryAttributeName.read(element["name"])
        let type = element["type"]
        let properties = element["properties"]
        if try type.required(type.word("Static", "Dynamic"), "'Static' or 'Dynamic'") == "Static" {
            try properties.checkMembers("value", "isSecret")
            let isSecret = try properties["isSecret"].boolean() ?? false
            let known = isSecret ? kept.first { $0.isNamed(name) }?.secret : nil
            let value = try Self.value(properties["value"], known)
            self.init(name: name, value: .fixed(value, isSecret: isSecret))
        } else {
            try properties.checkMembers("sourceField")
            let field = properties["sourceField"]
            let path = try field.required(field.string(), "such as 'subject' or 'data.customer.id'")
            guard !path.isEmpty else { throw field.refusal("must not be empty") }
            self.init(name: name, value: .field(path))
        }
    }

    /// The text is not repeated in an error: it may be a secret.
    private static func value(_ member: JSONMember, _ known: String?) throws(ErrorAnswer) -> String {
        let value = try member.required(member.string() ?? known, "a string")
        guard value.utf8.count <= valueBytesMax else {
            throw member.refusal("is \(value.utf8.count) bytes long; it may have \(valueBytesMax)")
        }
        guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw member.refusal("must not have control characters")
        }
        return value
    }

    private func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }

    private var secret: String? {
        if case .fixed(let value, isSecret: true) = value { value } else { nil }
    }

    func document(_ view: DocumentView) -> JSONValue {
        let (type, properties): (String, JSONObject) =
            switch value {
            case .fixed(let text, let isSecret):
                (
                    "Static",
                    [
                        "value": isSecret && !view.showsSecrets ? .null : .string(text), "isSecret": .bool(isSecret),
                    ]
                )
            case .field(let path): ("Dynamic", ["sourceField": .string(path)])
            }
        return .object(["name": .string(name), "type": .string(type), "properties": .object(properties)])
    }
}
