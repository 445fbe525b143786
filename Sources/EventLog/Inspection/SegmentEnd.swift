/// How the frames of a segment end.
package enum SegmentEnd: Sendable {
    /// With its seal.
    case seal
    /// Nothing was written behind the last frame.
    case open
    /// With something that is not whole: a server is writing it, a crash cut it off, or it was damaged since.
    case torn
    /// What follows cannot be read.
    case unreadable
}
