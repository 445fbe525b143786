import EventLog

extension LogInspection {
    /// The sequence with which the last so many events begin. O(bytes of the newest segment), and O(segments).
    func first(ofLast count: UInt64) -> UInt64 {
        guard let newest else { return 1 }
        var scan = newest.scan()
        while scan.next() != nil {}
        var end = max(scan.nextSequence, newest.baseSequence)
        var left = count
        for position in segments.indices.reversed() {
            let segment = segments[position]
            if position < segments.count - 1 {
                end = segment.recordedEndSequence ?? segments[position + 1].baseSequence
            }
            let held = end - min(end, segment.baseSequence)
            if held >= left { return max(1, end - left) }
            left -= held
        }
        return max(1, firstSequence)
    }
}
