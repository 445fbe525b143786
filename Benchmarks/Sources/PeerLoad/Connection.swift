#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A blocking socket to a port of this machine, and what was read from it and not yet looked at. For one thread.
///
/// Nothing waits for longer than ten seconds: then it is an error.
final class Connection {
    private let descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var head = 0
    private var tail = 0

    init(port: UInt16, capacity: Int = 4 << 20) throws {
        buffer = .allocate(byteCount: capacity, alignment: 16)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw LoadError.system("socket", errno: errno) }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard result == 0 else { throw LoadError.system("connect", errno: errno) }
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    func send(_ bytes: some Collection<UInt8>) throws {
        try bytes.withContiguousStorageIfAvailable { try send(UnsafeRawBufferPointer($0)) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: bytes).baseAddress, bytes.count)
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                throw LoadError.system("write", errno: errno)
            }
        }
    }

    /// Whether there is something to look at without waiting.
    var hasInput: Bool { tail > head }

    /// The next line, without its end. It is valid until the next call.
    func line() throws -> UnsafeRawBufferPointer {
        var looked = 0
        while true {
            let start = buffer.baseAddress.map { $0 + head + looked }
            if let start, let end = memchr(start, 10, tail - head - looked) {
                let length = looked + (UnsafeRawPointer(end) - UnsafeRawPointer(start))
                let line = buffer[head..<head + length]
                head += length + 1
                return UnsafeRawBufferPointer(rebasing: line.last == 13 ? line.dropLast() : line)
            }
            looked = tail - head
            try fill()
        }
    }

    /// The next bytes. They are valid until the next call.
    func bytes(_ count: Int) throws -> UnsafeRawBufferPointer {
        while tail - head < count { try fill() }
        defer { head += count }
        return UnsafeRawBufferPointer(rebasing: buffer[head..<head + count])
    }

    func skip(_ count: Int) throws {
        _ = try bytes(count)
    }

    private func fill() throws {
        if head == tail {
            head = 0
            tail = 0
        } else if tail == buffer.count {
            guard head > 0, let start = buffer.baseAddress else {
                throw LoadError.unexpected("an answer of more than \(buffer.count) bytes")
            }
            memmove(start, start + head, tail - head)
            tail -= head
            head = 0
        }
        let free = UnsafeMutableRawBufferPointer(rebasing: buffer[tail...])
        while true {
            let count = read(descriptor, free.baseAddress, free.count)
            if count > 0 {
                tail += count
                return
            }
            if count == 0 { throw LoadError.closed }
            if errno != EINTR { throw LoadError.system("read", errno: errno) }
        }
    }
}
