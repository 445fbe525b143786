import Storage

/// What is kept for a full disk, so that settlements go on.
extension LogWriter {
    /// What must be there before events are accepted: they must never take the room that settlements need.
    struct ReserveNeeds {
        /// The length of each file.
        var length: Int
        /// How many segments the manifest may come to name.
        var segments: Int

        /// On a full disk the active segment is ended, one file of the reserve follows it, and the other that one.
        init(_ configuration: LogConfiguration, sealed: Int, segmentBytes: Int, checkpointBytes: Int) {
            length = Reserve.length(configuration, segmentBytes: segmentBytes, checkpointBytes: checkpointBytes)
            segments = sealed + 3
        }
    }

    private var isReserveInUse: Bool { active.segment.header.isReserve }

    private var isReserveComplete: Bool {
        manifest.room >= SegmentLedger.length(segments: reserveNeeds.segments)
            && reserve.holds(reserveNeeds.length, isInUse: isReserveInUse)
    }

    /// Whether the active segment may take events, were there room.
    var takesEvents: Bool { !isReserveInUse && isReserveComplete }

    /// Whether events need nothing but the reserve to be complete.
    var lacksReserveOnly: Bool { !isReserveInUse && !isReserveComplete }

    /// Finds the space that is to be kept. After an error what was there is there.
    func completeReserve(_ needs: ReserveNeeds) throws(StorageError) {
        do {
            try manifest.reserve(SegmentLedger.length(segments: needs.segments))
            try reserve.complete(needs.length, isInUse: isReserveInUse)
        } catch {
            // Room to settle comes before blocks for events that may be published.
            guard error.code == .noSpace, spare.discard() else { throw error }
            try manifest.reserve(SegmentLedger.length(segments: needs.segments))
            try reserve.complete(needs.length, isInUse: isReserveInUse)
        }
    }

    /// - Returns: whether a file of the reserve was missing.
    func takeBackReserve(_ path: String, length: Int) throws(StorageError) -> Bool {
        try reserve.takeBack(path, length: length, isInUse: isReserveInUse)
    }

    /// Finds again what an earlier process kept, and completes it if there is space.
    func openReserve() {
        try? reserve.find()
        try? completeReserve(reserveNeeds)
    }
}
