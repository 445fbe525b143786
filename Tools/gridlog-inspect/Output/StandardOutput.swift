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
}
