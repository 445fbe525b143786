/// What is wrong and where, without text: cheap to throw from the hot path. `EventError` is made of it at the border.
struct Fault: Error, Equatable {
    enum Reason: Equatable {
        // Broken JSON.
        case emptyBody, byteOrderMark, expectedValue, expectedName, expectedColon, expectedCommaOrClose
        case batchNotClosed, trailingBytes
        case controlCharacter, badEscape, badUTF8, badNumber, badLiteral, tooDeep
        // Valid JSON, but not a valid event.
        case notAnObject, missing(AttributeName), empty, notString, badCharacter, badName, duplicate
        case wrongVersion, badTime, badMediaType, badSchema, badBase64, bothData, badExtensionType, integerRange
        // Limits.
        case eventTooLarge, tooManyEvents
    }

    var reason: Reason
    /// Offset in the body.
    var offset: Int
    /// The member it is about: the bytes of its name between the quotes; empty if there is none.
    var name: Range<Int> = 0..<0

    var code: EventError.Code {
        switch reason {
        case .emptyBody, .byteOrderMark, .expectedValue, .expectedName, .expectedColon, .expectedCommaOrClose,
            .batchNotClosed, .trailingBytes, .controlCharacter, .badEscape, .badUTF8, .badNumber, .badLiteral, .tooDeep:
            .brokenJSON
        case .eventTooLarge: .eventTooLarge
        case .tooManyEvents: .tooManyEvents
        default: .notAnEvent
        }
    }
}
