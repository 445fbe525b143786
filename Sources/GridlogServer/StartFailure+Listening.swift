import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension StartFailure {
    /// Why the server cannot listen.
    init(listeningOn host: String, port: Int, _ error: IOError) {
        let reason =
            switch error.errnoCode {
            case EADDRINUSE: "the port is in use; choose another one, or 0 for any that is free"
            case EACCES: "the process may not use this port; choose one above 1023"
            default: String(cString: strerror(error.errnoCode))
            }
        self.init("cannot listen on \(host), port \(port): \(reason)")
    }
}
