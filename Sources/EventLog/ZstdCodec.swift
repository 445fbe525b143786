import CZstd
import Storage

/// The one place that calls zstd.
enum ZstdCodec {
    /// Seven times smaller at 260 MiB/s a core on JSON events of 1 KiB (PackingBenchmark); reading on in what was packed: 770 MiB/s.
    static let level: Int32 = 1

    /// Decompresses one zstd frame that names its content size.
    ///
    /// - Parameter length: what it must decompress to; the caller has compared it with a limit. Nothing else is allocated.
    /// - Returns: memory of that length, or `nil` when the bytes are not such a frame.
    static func decompress(_ stored: RawSpan, to length: Int) -> MappedRegion? {
        unsafe stored.withUnsafeBytes { source in
            guard let start = source.baseAddress,
                unsafe ZSTD_getFrameContentSize(start, source.count) == UInt64(length)
            else { return nil }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 16)
            let region = unsafe Self.region(memory, length)
            // An error is a number greater than any length.
            guard unsafe ZSTD_decompress(memory, length, start, source.count) == length else { return nil }
            return region
        }
    }

    /// The length of the zstd frame that the bytes begin with, and what it says that it decompresses to; `nil` when none begins there. O(its
    /// blocks).
    static func frame(atStartOf stored: RawSpan) -> (storedLength: Int, rawLength: Int)? {
        unsafe stored.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return nil }
            let length = unsafe ZSTD_findFrameCompressedSize(start, source.count)
            let rawLength = unsafe ZSTD_getFrameContentSize(start, source.count)
            guard ZSTD_isError(length) == 0, length <= source.count, rawLength <= UInt64(PackedBlock.rawLengthMax)
            else { return nil }
            return (length, Int(rawLength))
        }
    }

    /// Memory that holds a copy of the bytes.
    static func copy(_ stored: RawSpan) -> MappedRegion {
        unsafe stored.withUnsafeBytes { source in
            let memory = UnsafeMutableRawPointer.allocate(byteCount: source.count, alignment: 16)
            if let start = source.baseAddress { unsafe memory.copyMemory(from: start, byteCount: source.count) }
            return unsafe region(memory, source.count)
        }
    }

    private static func region(_ memory: UnsafeMutableRawPointer, _ length: Int) -> MappedRegion {
        unsafe MappedRegion(
            base: memory, length: length, access: .readOnly, owner: nil,
            release: { base, _ in unsafe base.deallocate() })
    }
}

/// Compresses blocks one after the other, with one state of zstd for all of them. For one thread.
@safe
final class ZstdCompressor {
    private let context: OpaquePointer?

    init() {
        unsafe context = ZSTD_createCCtx()
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
    }

    /// One zstd frame that names its content size; `nil` when it would not be shorter than the bytes.
    func compress(_ raw: RawSpan) -> ByteBlock? {
        unsafe raw.withUnsafeBytes { source in
            guard let context = unsafe context, let start = source.baseAddress, source.count > 1 else { return nil }
            // With less room than the bytes take, what does not get shorter ends in an error.
            let room = source.count - 1
            let memory = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
            defer { unsafe memory.deallocate() }
            let length = unsafe ZSTD_compressCCtx(context, memory, room, start, source.count, ZstdCodec.level)
            guard ZSTD_isError(length) == 0 else { return nil }
            let block = ByteBlock(capacity: length)
            unsafe block.append(UnsafeRawBufferPointer(start: memory, count: length))
            return block
        }
    }
}
