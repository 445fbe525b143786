/// Looks into the JSON of one event: attributes, extensions, and values inside `data`. Finding a value decodes and allocates nothing,
/// unless a name in the event has escapes.
///
/// For events that were scanned. In other bytes it finds nothing, or something else, and never traps. Of several members of one name
/// inside `data` the first counts.
public struct EventFields: ~Escapable {
    private let bytes: ByteReader

    /// - Parameter event: the event's bytes, from its `{` to its `}`.
    @_lifetime(copy event)
    public init(_ event: RawSpan) {
        bytes = ByteReader(event)
    }

    /// The value of a member of the event itself. O(bytes up to it).
    public func member(_ name: [UInt8]) -> JSONPlace? {
        do throws(Fault) {
            guard let start = try start(of: name, inObjectAt: 0) else { return nil }
            return try place(at: start)
        } catch {
            return nil
        }
    }

    /// A value inside the JSON `data` of the event. O(bytes up to it).
    ///
    /// - Parameter path: the names of members, from the outside in; none for `data` itself. Arrays are not walked through.
    public func data(_ path: [[UInt8]]) -> JSONPlace? {
        do throws(Fault) {
            guard var start = try start(of: Self.dataName, inObjectAt: 0) else { return nil }
            for name in path {
                guard let inner = try self.start(of: name, inObjectAt: start) else { return nil }
                start = inner
            }
            return try place(at: start)
        } catch {
            return nil
        }
    }

    private static let dataName = Array(AttributeName.data.text.utf8)

    /// Shows the elements of an array in their order, until `body` returns false. O(bytes of the array).
    public func forEachElement(of array: JSONPlace, _ body: (JSONPlace) -> Bool) {
        guard array.kind == .array else { return }
        var cursor = JSONCursor(bytes, position: array.range.lowerBound + 1)
        guard cursor.nextSignificant() != ASCII.closeBracket else { return }
        do throws(Fault) {
            while true {
                _ = cursor.nextSignificant()
                let element = try place(at: cursor.position)
                guard body(element) else { return }
                cursor.position = element.kind == .string ? element.range.upperBound + 1 : element.range.upperBound
                guard cursor.nextSignificant() == ASCII.comma else { return }
                cursor.position += 1
            }
        } catch {}
    }

    /// Appends the text of a value: of a string its UTF-8 with escapes resolved, of anything else its JSON. O(length).
    public func appendText(of place: JSONPlace, to output: inout [UInt8]) {
        if place.hasEscapes {
            bytes.appendUnescaped(place.range, to: &output)
        } else {
            bytes.append(place.range, to: &output)
        }
    }

    /// The JSON of a value as it is written. O(length).
    public func json(of place: JSONPlace) -> String {
        let text = bytes.string(place.range)
        return place.kind == .string ? "\"\(text)\"" : text
    }

    /// The value of a number; `nil` for anything else.
    public func number(_ place: JSONPlace) -> JSONNumber? {
        place.kind == .number ? JSONNumber(text: bytes.string(place.range)) : nil
    }

    /// Where the value of a member begins.
    private func start(of name: [UInt8], inObjectAt start: Int) throws(Fault) -> Int? {
        var cursor = JSONCursor(bytes, position: start)
        guard cursor.nextSignificant() == ASCII.openBrace else { return nil }
        repeat {
            cursor.position += 1
            guard cursor.nextSignificant() == ASCII.quote else { return nil }
            cursor.position += 1
            let nameStart = cursor.position
            let hasEscapes = try cursor.skipString()
            let isWanted = equals(nameStart..<cursor.position - 1, hasEscapes, name)
            try cursor.skipColon()
            _ = cursor.nextSignificant()
            if isWanted { return cursor.position }
            try cursor.skipValue(depthLeft: 64)
        } while cursor.nextSignificant() == ASCII.comma
        return nil
    }

    private func equals(_ range: Range<Int>, _ hasEscapes: Bool, _ name: [UInt8]) -> Bool {
        if hasEscapes { return bytes.text(range, hasEscapes: true).utf8.elementsEqual(name) }
        guard range.count == name.count else { return false }
        return range.allSatisfy { bytes[$0] == name[$0 - range.lowerBound] }
    }

    /// The value that begins at a place.
    private func place(at start: Int) throws(Fault) -> JSONPlace {
        var cursor = JSONCursor(bytes, position: start)
        switch bytes[start] {
        case ASCII.quote:
            cursor.position += 1
            let hasEscapes = try cursor.skipString()
            return JSONPlace(kind: .string, range: start + 1..<cursor.position - 1, hasEscapes: hasEscapes)
        case ASCII.t, ASCII.f:
            try cursor.skipLiteral()
            return JSONPlace(kind: .boolean(bytes[start] == ASCII.t), range: start..<cursor.position)
        case ASCII.n:
            try cursor.skipLiteral()
            return JSONPlace(kind: .null, range: start..<cursor.position)
        case ASCII.openBrace, ASCII.openBracket:
            try cursor.skipValue(depthLeft: 64)
            return JSONPlace(
                kind: bytes[start] == ASCII.openBrace ? .object : .array, range: start..<cursor.position)
        default:
            try cursor.skipNumber()
            return JSONPlace(kind: .number, range: start..<cursor.position)
        }
    }
}
