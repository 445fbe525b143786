#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the disk itself does: writes of one size over blocks that exist, each followed by `fdatasync`.
func runDisk(_ options: Options) throws -> Report {
    let length = 256 << 20
    let name = "\(options.directory)/peer-load-disk-\(getpid())"
    let file = open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard file >= 0 else { throw LoadError.system("open", errno: errno) }
    defer {
        close(file)
        unlink(name)
    }
    // Not only zeros: nobody between here and the disk shall be able to leave a block out.
    var state: UInt64 = 88_172_645_463_325_252
    let words = (0..<max(options.group, 1 << 20) / 8).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
    return try words.withUnsafeBytes { bytes in
        for offset in stride(from: 0, to: length, by: 1 << 20) { try write(bytes, 1 << 20, to: file, at: offset) }
        guard fsync(file) == 0 else { throw LoadError.system("fsync", errno: errno) }
        var report = Report()
        var offset = 0
        let start = now() + options.warmup
        let cpuBefore = cpuSeconds()
        var time = now()
        while time < start + options.seconds {
            let before = time
            if offset + options.group > length { offset = 0 }
            try write(bytes, options.group, to: file, at: offset)
            guard fdatasync(file) == 0 else { throw LoadError.system("fdatasync", errno: errno) }
            offset += options.group
            time = now()
            guard time >= start else { continue }
            report.total += options.group / options.size
            report.milliseconds.append((time - before) * 1_000)
        }
        report.seconds = time - start
        report.events = report.total
        report.cpu = (cpuSeconds() - cpuBefore) / (options.seconds + options.warmup)
        return report
    }
}

private func write(_ bytes: UnsafeRawBufferPointer, _ count: Int, to file: Int32, at offset: Int) throws {
    guard pwrite(file, bytes.baseAddress, count, off_t(offset)) == count else {
        throw LoadError.system("pwrite", errno: errno)
    }
}
