import CloudEvents

/// The rules of CloudEvents over a tree, plainly: what the scanner is compared with.
enum ReferenceRules {
    /// The kind of fault that a body has, nil if it is accepted; and the texts of `id` in the events.
    static func judge(_ body: [UInt8]) -> (code: EventError.Code?, ids: [String]) {
        guard let json = try? ReferenceReader.body(body) else { return (.brokenJSON, []) }
        var events = [json]
        if case .array(let elements) = json { events = elements }
        let ids = events.map { id(ofValid: $0) }
        return ids.contains(nil) ? (.notAnEvent, []) : (nil, ids.compactMap { $0 })
    }

    /// The `id` of an event that keeps every rule, nil for any other value.
    private static func id(ofValid event: ReferenceJSON) -> String? {
        guard case .object(let members) = event else { return nil }
        var values: [String: ReferenceJSON] = [:]
        for (units, value) in members {
            guard let name = text(units), values[name] == nil else { return nil }
            values[name] = value
        }
        for (name, value) in values {
            if name == "data" { continue }
            let isKnown = known.contains(name)
            guard isKnown || name.wholeMatch(of: /[a-z0-9]+/) != nil else { return nil }
            switch value {
            case .null: continue
            case .string(let units):
                guard let text = text(units), isAllowed(name, text) else { return nil }
            case .boolean:
                if isKnown { return nil }
            case .number(let token):
                if isKnown || token.contains(where: { ".eE".contains($0) }) || Int32(token) == nil { return nil }
            case .array, .object: return nil
            }
        }
        for name in ["id", "source", "type", "specversion"] {
            guard case .string = values[name] else { return nil }
        }
        if values["data"] != nil, case .string = values["data_base64"] { return nil }
        guard case .string(let units) = values["id"] else { return nil }
        return text(units)
    }

    private static let known: Set = [
        "id", "source", "specversion", "type", "subject", "time", "datacontenttype", "dataschema", "data_base64",
    ]

    private static func text(_ units: [UInt32]) -> String? {
        let scalars = units.compactMap { Unicode.Scalar($0) }
        return scalars.count == units.count ? String(String.UnicodeScalarView(scalars)) : nil
    }

    private static func isAllowed(_ name: String, _ text: String) -> Bool {
        if name == "data_base64" { return isBase64(text) }
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint {
                return false
            }
        }
        if text.isEmpty { return !known.contains(name) }
        switch name {
        case "specversion": return text == "1.0"
        case "time": return isTime(text)
        case "datacontenttype":
            return text.wholeMatch(of: /[!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+ *(;.*)?/) != nil
        case "dataschema": return text.wholeMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:.*/) != nil
        default: return true
        }
    }

    private static func isBase64(_ text: String) -> Bool {
        text.utf8.count % 4 == 0 && text.wholeMatch(of: /[A-Za-z0-9+\/]*={0,2}/) != nil
    }

    private static func isTime(_ text: String) -> Bool {
        let shape =
            /([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+\-]([0-9]{2}):([0-9]{2}))/
        guard let match = text.wholeMatch(of: shape),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), let hour = Int(match.4),
            let minute = Int(match.5), let second = Int(match.6), (1...12).contains(month), year > 0
        else { return false }
        let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let offsetHour = Int(match.9 ?? "0") ?? 99
        let offsetMinute = Int(match.10 ?? "0") ?? 99
        return (1...days[month - 1]).contains(day) && hour < 24 && minute < 60 && second < 60
            && offsetHour < 24 && offsetMinute < 60
    }
}
