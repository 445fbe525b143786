#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Why a connection stopped.
enum LoadError: Error, CustomStringConvertible {
    case system(String, errno: Int32)
    case closed
    case unexpected(String)
    case usage(String)

    var description: String {
        switch self {
        case .system(let what, let code): "\(what): \(String(cString: strerror(code)))"
        case .closed: "the server closed the connection"
        case .unexpected(let answer): "unexpected answer: \(answer)"
        case .usage(let what): what
        }
    }
}
