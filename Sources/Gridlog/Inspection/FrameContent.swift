import DeliveryIndex
package import EventLog

/// What the payload of a frame says, whose checksums are right: nobody but a program that is broken writes what makes no sense.
package enum FrameContent {
    /// Why a frame's payload makes no sense, and for which events; `nil` when it does. O(records).
    package static func fault(in frame: LogFrame) -> LogError? {
        switch frame.kind {
        case .events: eventsFault(in: frame)
        case .settlements:
            recordFault("the settlements of a frame make no sense", frame) { () throws(RecordFault) in
                _ = try SettlementGroup.groups(in: frame.payload)
            }
        case .checkpoint where frame.payload.byteCount > 0:
            recordFault("a checkpoint makes no sense", frame) { () throws(RecordFault) in
                try Checkpoint.validate(frame.payload)
            }
        default: nil
        }
    }

    /// Whether a frame of events tells of more than fit into it: then nobody may count on them. O(1).
    package static func countFault(in frame: LogFrame) -> LogError? {
        guard frame.kind == .events, frame.recordCount > frame.payload.byteCount / EventRecords.recordLength else {
            return nil
        }
        return error("the frame tells of more events than fit into it", frame, nil)
    }

    private static func eventsFault(in frame: LogFrame) -> LogError? {
        if let fault = countFault(in: frame) { return fault }
        let events = FrameEvents(frame)
        guard let first = (0..<events.count).first(where: { events.range($0) == nil }) else { return nil }
        let last = (first..<events.count).first { events.range($0) != nil } ?? events.count
        let sequences = frame.firstSequence + UInt64(first)...frame.firstSequence + UInt64(last) - 1
        return error("the record of an event makes no sense", frame, sequences)
    }

    private static func recordFault(
        _ message: String, _ frame: LogFrame, _ body: () throws(RecordFault) -> Void
    ) -> LogError? {
        do throws(RecordFault) {
            try body()
            return nil
        } catch {
            return self.error("\(message): \(error.message)", frame, nil)
        }
    }

    private static func error(_ message: String, _ frame: LogFrame, _ sequences: ClosedRange<UInt64>?) -> LogError {
        LogError(
            .damaged, message, file: frame.path, segment: frame.segmentID, offset: frame.offsetInSegment,
            sequences: sequences)
    }
}
