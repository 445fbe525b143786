import DeliveryIndex
import EventLog
import Gridlog
import Storage

/// Prints the frames of a topic.
struct FrameDump {
    let topic: String
    let options: DumpCommand

    /// Of damage, unless more is asked for.
    private static let shownBytes = 256

    func show(_ frame: LogFrame) {
        if options.store.json { showJSON(frame) } else { showText(frame) }
    }

    /// Shows what cannot be read.
    ///
    /// - Parameter isTorn: it stands behind the last frame, and was cut off or damaged since.
    func show(_ damage: DamagedRange, in segment: InspectedSegment, isTorn: Bool = false) {
        let bytes = segment.bytes(damage.offset, damage.length)
        if options.store.json {
            var line = JSONLine()
            line.add("topic", topic)
            line.add("kind", isTorn ? "torn" : "damage")
            line.add("file", segment.path)
            line.add("offset", damage.offset)
            line.add("length", damage.length)
            line.add("reason", damage.error.message)
            line.add("firstSequence", damage.error.sequences?.lowerBound)
            line.add("lastSequence", damage.error.sequences?.upperBound)
            Self.addHex(bytes, to: &line, of: damage.length)
            Output.write(line.line)
        } else {
            let sequences = damage.error.sequences.map { ", sequences \($0.lowerBound) to \($0.upperBound)" } ?? ""
            Output.line(
                "\(topic) \(isTorn ? "TORN" : "DAMAGE") at \(damage.offset), \(SizeText.count(damage.length, "byte"))\(sequences): \(damage.error.message) [\(segment.path)]"
            )
            let shown = options.hex ? bytes : Array(bytes.prefix(Self.shownBytes))
            for line in HexText.lines(shown.span.bytes, at: damage.offset) { Output.line(line) }
            if shown.count < bytes.count { Output.line("    … (--hex shows up to \(bytes.count) bytes)") }
        }
    }

    // MARK: - Text

    private func showText(_ frame: LogFrame) {
        var line = "\(topic) \(FrameKindName.name(of: frame)) at \(frame.offsetInSegment) of segment \(frame.segmentID)"
        line += ", \(frame.frameLength) bytes, \(options.store.time(frame.appendTime))"
        if frame.kind == .events {
            line += ", sequences \(frame.firstSequence) to \(frame.endSequence - 1)"
            if frame.addressee != 0 { line += ", for subscription \(frame.addressee) only" }
        }
        Output.line(line)
        guard !options.headers else { return }
        if options.hex {
            for line in HexText.lines(frame.payload, at: frame.offsetInSegment + 64) { Output.line(line) }
            return
        }
        switch frame.kind {
        case .events:
            forEachEvent(of: frame) { sequence, json in
                Output.write(
                    Array("  \(sequence) ".utf8) + (json ?? Array("the record of the event cannot be read".utf8)) + [
                        0x0A
                    ])
            }
        case .settlements:
            for settlement in Settlements(frame).lines { Output.line("  \(settlement.text(options.store.time))") }
        case .checkpoint:
            if let checkpoint = Self.checkpoint(frame) {
                Output.line(
                    "  of subscription \(checkpoint.subscription): floor \(checkpoint.floor), cursor \(checkpoint.cursor), "
                        + "end \(checkpoint.end)\(frame.endsCheckpoint ? ", the last one" : "")")
            } else if frame.endsCheckpoint {
                Output.line("  the last one")
            }
        default: break
        }
    }

    private func forEachEvent(of frame: LogFrame, _ body: (UInt64, [UInt8]?) -> Void) {
        let events = FrameEvents(frame)
        for index in options.range.indices(in: frame) {
            var json: [UInt8] = []
            let isReadable = events.appendLine(index, to: &json)
            body(frame.firstSequence + UInt64(index), isReadable ? json : nil)
        }
    }

    // MARK: - JSON

    private func showJSON(_ frame: LogFrame) {
        var line = JSONLine()
        line.add("topic", topic)
        line.add("kind", FrameKindName.name(of: frame))
        line.add("file", frame.path)
        line.add("segment", frame.segmentID)
        line.add("offset", frame.offsetInSegment)
        line.add("length", frame.frameLength)
        line.add("appendTime", options.store.time(frame.appendTime))
        line.add("firstSequence", frame.firstSequence)
        line.add("count", frame.recordCount)
        line.add("durableWatermark", frame.durableWatermark)
        if frame.addressee != 0 { line.add("addressee", frame.addressee) }
        if options.hex { Self.addHex(frame.payload.array(), to: &line) }
        if !options.headers, frame.kind == .events { line.add("events", json: events(of: frame)) }
        if !options.headers, frame.kind == .settlements {
            line.add("settlements", json: JSONLine.array(Settlements(frame).lines.map { $0.json(options.store.time) }))
        }
        if !options.headers, let checkpoint = Self.checkpoint(frame) {
            var part = JSONLine()
            part.add("subscription", checkpoint.subscription)
            part.add("floor", checkpoint.floor)
            part.add("cursor", checkpoint.cursor)
            part.add("end", checkpoint.end)
            line.add("checkpoint", json: part.object)
        }
        if frame.endsCheckpoint { line.add("endsCheckpoint", true) }
        Output.write(line.line)
    }

    /// What the head of a checkpoint says; `nil` for other frames, and one without content.
    private static func checkpoint(_ frame: LogFrame) -> Checkpoint? {
        guard frame.kind == .checkpoint, frame.payload.byteCount > 0 else { return nil }
        let payload = frame.payload
        return try? Checkpoint(header: payload)
    }

    private func events(of frame: LogFrame) -> [UInt8] {
        var events: [[UInt8]] = []
        forEachEvent(of: frame) { sequence, json in
            var line = JSONLine()
            line.add("sequence", sequence)
            if let json { line.add("event", json: json) }
            events.append(line.object)
        }
        return JSONLine.array(events)
    }

    /// - Parameter length: of all, when more of them are there than `bytes`.
    private static func addHex(_ bytes: [UInt8], to line: inout JSONLine, of length: Int = 0) {
        let shown = bytes.prefix(HexText.bytesMax)
        line.add("hex", shown.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        if shown.count < max(length, bytes.count) { line.add("hexTruncated", true) }
    }
}
