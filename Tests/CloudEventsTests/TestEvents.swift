import CloudEvents

/// A body with the required attributes, some of them replaced or left out, and further members as JSON text.
func eventText(
    id: String? = #""A-1""#, source: String? = #""/shop/7""#, specversion: String? = #""1.0""#,
    type: String? = #""com.example.order""#, _ members: String...
) -> String {
    let attributes = [("specversion", specversion), ("id", id), ("source", source), ("type", type)]
    let required = attributes.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
    return "{" + (required + members).joined(separator: ",") + "}"
}

/// What a scanner says of a body: the events, or the error.
func scan(_ body: [UInt8], limits: EventLimits = EventLimits()) -> Result<[ScannedEvent], EventError> {
    var scanner = EventScanner(limits: limits)
    do throws(EventError) {
        try scanner.scan(body.span)
        return .success(scanner.events)
    } catch {
        return .failure(error)
    }
}

func scan(_ body: String, limits: EventLimits = EventLimits()) -> Result<[ScannedEvent], EventError> {
    scan(Array(body.utf8), limits: limits)
}

extension Result<[ScannedEvent], EventError> {
    var error: EventError? {
        if case .failure(let error) = self { error } else { nil }
    }

    var code: EventError.Code? { error?.code }

    var isAccepted: Bool { error == nil }
}

/// The text at a position of an event that begins at `offset` in a body.
func text(_ position: AttributePosition, of event: ScannedEvent, in body: [UInt8]) -> String? {
    AttributeText.decode(position, in: body.span.bytes.extracting(event.offset..<event.offset + event.length))
}

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
