import Foundation

/// Bytes from a file or from standard input, as they arrive.
struct EventInput: ~Copyable {
    private let descriptor: Int32
    private let isOwned: Bool
    private static let chunk = 256 << 10

    /// Standard input.
    init() {
        descriptor = STDIN_FILENO
        isOwned = false
    }

    /// A file.
    init(file: String) throws(CommandFailure) {
        descriptor = open(file, O_RDONLY | O_CLOEXEC)
        isOwned = true
        if descriptor < 0 {
            let status: ExitStatus = errno == ENOENT ? .notFound : .failure
            throw CommandFailure(status: status, message: "\(file) cannot be read: \(Self.reason())")
        }
    }

    deinit {
        if isOwned, descriptor >= 0 { close(descriptor) }
    }

    /// The next bytes; waits for some. Empty at the end.
    func read() throws(CommandFailure) -> [UInt8] {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, initialized in
                count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            if count >= 0 { return bytes }
            if errno != EINTR {
                throw CommandFailure(status: .failure, message: "the input cannot be read: \(Self.reason())")
            }
        }
    }

    /// More can be read without waiting, or the input is at its end.
    var isReady: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) != 0
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
