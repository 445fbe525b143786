extension MappedRegion {
    /// Zeroed memory that no file backs, to be loaded and stored like a mapping. O(bytes).
    public static func memory(_ length: Int) -> MappedRegion {
        let base = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 4_096)
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: length)
        return unsafe MappedRegion(
            base: base, length: length, access: .readWrite, owner: nil, release: { base, _ in unsafe base.deallocate() }
        )
    }
}
