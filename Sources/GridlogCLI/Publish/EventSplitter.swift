/// Cuts input into events as it arrives: one event, a JSON array of events, JSON lines, or any sequence of these.
///
/// It looks at brackets and strings only, so that each event's bytes go to the server as they came and input of any
/// length needs memory for one event. Whether an event is valid, the server says.
struct EventSplitter {
    private enum Expectation {
        /// Outside of an array: an event, an array, or the end of the input.
        case anything
        /// After `[`: an event or `]`.
        case eventOrEnd
        /// After `,`: an event.
        case event
        /// After an event in an array: `,` or `]`.
        case commaOrEnd
        /// Inside an event.
        case restOfEvent
    }

    private var buffer: [UInt8] = []
    private var position = 0
    private var eventStart = 0
    private var nesting = JSONNesting()
    private var expectation = Expectation.anything
    private var isInArray = false
    /// How many bytes of the input were dropped from the front of `buffer`.
    private var droppedBytes = 0

    /// Takes the next bytes of the input.
    mutating func append(_ bytes: some Sequence<UInt8>) {
        let keptFrom = expectation == .restOfEvent ? eventStart : position
        buffer.removeSubrange(..<keptFrom)
        droppedBytes += keptFrom
        position -= keptFrom
        eventStart = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next whole event, or nil when more input is needed.
    ///
    /// - Throws: ``ExitStatus/badData`` where something else than an event stands, or an event is above the limit.
    mutating func next() throws(CommandFailure) -> ArraySlice<UInt8>? {
        while position < buffer.count {
            let byte = buffer[position]
            if expectation == .restOfEvent {
                nesting.consume(byte)
                position += 1
                if position - eventStart > PublishLimits.bytes { throw tooLarge() }
                if nesting.isAtTop {
                    expectation = isInArray ? .commaOrEnd : .anything
                    return buffer[eventStart..<position]
                }
            } else if byte.isJSONWhitespace {
                position += 1
            } else {
                try step(over: byte)
            }
        }
        return nil
    }

    /// Says that the input is at its end.
    ///
    /// - Throws: ``ExitStatus/badData`` when it ends inside an event or an array.
    func finish() throws(CommandFailure) {
        if expectation == .anything { return }
        let isInEvent = expectation == .restOfEvent
        let place = isInEvent ? "an event that begins at byte \(droppedBytes + eventStart)" : "an array"
        throw CommandFailure(status: .badData, message: "the input ends inside \(place)")
    }

    private mutating func step(over byte: UInt8) throws(CommandFailure) {
        switch (expectation, byte) {
        case (.anything, UInt8(ascii: "{")), (.eventOrEnd, UInt8(ascii: "{")), (.event, UInt8(ascii: "{")):
            // The bracket itself is consumed as the event's first byte.
            eventStart = position
            nesting = JSONNesting()
            expectation = .restOfEvent
            return
        case (.anything, UInt8(ascii: "[")):
            isInArray = true
            expectation = .eventOrEnd
        case (.eventOrEnd, UInt8(ascii: "]")), (.commaOrEnd, UInt8(ascii: "]")):
            isInArray = false
            expectation = .anything
        case (.commaOrEnd, UInt8(ascii: ",")):
            expectation = .event
        default:
            let expected = expectation == .commaOrEnd ? "',' or ']'" : "an event (a JSON object)"
            throw CommandFailure(
                status: .badData, message: "byte \(droppedBytes + position) of the input: expected \(expected)")
        }
        position += 1
    }

    private func tooLarge() -> CommandFailure {
        CommandFailure(
            status: .badData,
            message: "the event at byte \(droppedBytes + eventStart) of the input is above \(PublishLimits.bytes) bytes"
        )
    }
}
