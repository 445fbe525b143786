import CloudEvents
package import EventLog
import Storage

/// The events of a frame, as tools look at them: nothing is parsed but what is asked for.
package struct FrameEvents: Sendable {
    /// An attribute or a value in the data, by its name or path (`source`, `traceparent`, `data.customer.name`).
    package struct Key: Sendable, Hashable {
        let key: FilterKey

        /// `nil` for a text that names none.
        package init?(_ text: String) {
            guard let key = FilterKey(text) else { return nil }
            self.key = key
        }
    }

    /// The frame they lie in.
    package let frame: LogFrame

    /// Those of a frame of the kind `events`.
    package init(_ frame: LogFrame) {
        self.frame = frame
    }

    /// How many there are.
    package var count: Int { frame.recordCount }

    /// Where the JSON of an event lies in the frame's payload; `nil` when its record cannot be read. O(1).
    package func range(_ index: Int) -> Range<Int>? {
        EventRecords.range(of: index, in: frame.payload, count: count)
    }

    /// Appends an event's JSON to a line, so that no terminal is steered by it: line breaks, which stand only between its parts, become
    /// spaces, and the control characters that JSON allows in texts (U+007F to U+009F) are written as escapes.
    ///
    /// - Returns: false when its record cannot be read.
    package func appendLine(_ index: Int, to output: inout [UInt8]) -> Bool {
        guard let range = range(index) else { return false }
        let bytes = frame.payload.extracting(range).array()
        output.reserveCapacity(output.count + bytes.count)
        var start = 0
        for position in bytes.indices {
            let byte = bytes[position]
            let isBreak = byte == 0x0A || byte == 0x0D || byte == 0x09
            let isSecond = position > start && bytes[position - 1] == 0xC2 && byte < 0xA0 && byte >= 0x80
            guard isBreak || isSecond || byte == 0x7F else { continue }
            output += bytes[start..<(isSecond ? position - 1 : position)]
            output += isBreak ? [0x20] : Array("\\u00\(String(byte, radix: 16))".utf8)
            start = position + 1
        }
        output += bytes[start...]
        return true
    }

    /// The text of a value; of anything but a string its JSON. `nil` when the event has none. O(1) for `id`, `source`, `type`, `subject`
    /// and `time`, else O(bytes up to it).
    package func text(of key: Key, _ index: Int) -> String? {
        let payload = frame.payload
        guard let event = FilterSubject(index, in: payload, count: count), let place = event.value(of: key.key) else {
            return nil
        }
        var text: [UInt8] = []
        event.fields.appendText(of: place, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether the text of a value is this one. Allocates nothing for a value without escapes.
    package func matches(_ key: Key, _ text: [UInt8], _ index: Int, _ scratch: inout [UInt8]) -> Bool {
        let payload = frame.payload
        guard let event = FilterSubject(index, in: payload, count: count), let place = event.value(of: key.key),
            place.hasEscapes || place.range.count == text.count
        else { return false }
        scratch.removeAll(keepingCapacity: true)
        event.fields.appendText(of: place, to: &scratch)
        return scratch == text
    }
}
