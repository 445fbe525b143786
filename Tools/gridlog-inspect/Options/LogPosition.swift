import ArgumentParser
import CloudEvents

/// A place in a topic: a sequence, or a point in time.
enum LogPosition: ExpressibleByArgument {
    case sequence(UInt64)
    /// Nanoseconds since 1970.
    case time(UInt64)

    init?(argument: String) {
        if let sequence = UInt64(argument) {
            self = .sequence(sequence)
        } else if let time = PointInTime(argument: argument) {
            self = .time(time.nanoseconds)
        } else {
            return nil
        }
    }

    static let help = "a sequence, a time (2026-01-31T12:00:00Z), or a time ago (90s, 5m, 2h, 3d)"
}

/// A point in time: as RFC 3339 has it, or so long ago.
struct PointInTime: ExpressibleByArgument {
    /// Since 1970.
    let nanoseconds: UInt64

    init?(argument: String) {
        if let length = TimeLength(argument: argument) {
            let now = SystemTime.wall
            nanoseconds = now - min(now, length.nanoseconds)
            return
        }
        let text = argument.count == 10 ? argument + "T00:00:00Z" : argument
        guard let time = Timestamp.nanosecondsSince1970(text) else { return nil }
        nanoseconds = time
    }
}

/// A length of time: a number and its unit.
struct TimeLength: ExpressibleByArgument {
    let nanoseconds: UInt64

    init?(argument: String) {
        let seconds: UInt64
        switch argument.last {
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3_600
        case "d": seconds = 86_400
        default: return nil
        }
        guard let number = UInt64(argument.dropLast()) else { return nil }
        let (product, isTooLong) = number.multipliedReportingOverflow(by: seconds * 1_000_000_000)
        guard !isTooLong else { return nil }
        nanoseconds = product
    }
}
