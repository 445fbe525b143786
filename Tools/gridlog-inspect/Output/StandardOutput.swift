import Foundation

/// Where results go.
enum StandardOutput {
    /// Waits, but no longer than until the reader of the pipe is gone.
    ///
    /// - Returns: whether it is.
    static func isClosed(waiting milliseconds: Int32) -> Bool {
        var place = pollfd(fd: 1, events: 0, revents: 0)
        guard poll(&place, 1, milliseconds) > 0 else { return false }
        return place.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    }

    /// Writes all of them.
    ///
    /// - Returns: the `errno` that kept it from that; 0 for none.
    static func write(_ bytes: [UInt8]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever shares the pipe wants no writer to wait; this one does.
                var place = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                poll(&place, 1, -1)
            case let error: return error
            }
        }
        return 0
    }
}
