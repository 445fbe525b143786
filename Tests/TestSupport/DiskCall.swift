/// The calls that a simulated disk takes, for counting them and for letting them fail.
public enum DiskCall: String, Sendable, CaseIterable {
    case open, create, createDirectory, list, rename, unlink, removeDirectory, syncDirectory, lock
    case size, write, synchronize, allocate, truncate, map
}
