/// What the command line says.
struct Options {
    /// `redis-publish`, `redis-consume`, … : see `main.swift`.
    var mode = ""
    var port: UInt16 = 0
    /// One thread each.
    var connections = 8
    /// Events that are sent before their answers are read.
    var batch = 100
    /// Bytes of an event.
    var size = 1_024
    /// What is counted begins after the warm-up, and lasts for `seconds` or until nothing is left to receive.
    var seconds = 5.0
    var warmup = 0.5
    /// Ends after so many events, of all connections together, without a warm-up; 0: when the time is over.
    var count = 0
    /// Events a second that are asked for, by all connections together; 0: as many as possible.
    var rate = 0
    /// NATS: batches that are stored whole or not at all; or one long batch of which each half window is answered.
    var atomic = false
    var fast = false
    /// HTTP: the path of the topic or of the event subscription. With several topics, `{}` in it stands for six digits, and
    /// requests go to 000000, 000001, … in turn, each connection beginning at another.
    var path = ""
    var topics = 1
    /// Disk: where, and bytes a write.
    var directory = "."
    var group = 256 << 10

    init(_ arguments: some Sequence<String>) throws {
        var rest = Array(arguments.dropFirst())[...]
        mode = rest.popFirst() ?? ""
        while let name = rest.popFirst() {
            if name == "--atomic" || name == "--fast" {
                atomic = atomic || name == "--atomic"
                fast = fast || name == "--fast"
                continue
            }
            guard let value = rest.popFirst() else { throw LoadError.usage("\(name) needs a value") }
            switch name {
            case "--port": port = try Self.parse(value, name, 1 ... .max)
            case "--connections": connections = try Self.parse(value, name, 1...256)
            case "--batch": batch = try Self.parse(value, name, 1...1_000)
            case "--size": size = try Self.parse(value, name, 256...65_000)
            case "--seconds": seconds = Double(try Self.parse(value, name, 1...3_600) as Int)
            case "--rate": rate = try Self.parse(value, name, 0...10_000_000)
            case "--group": group = try Self.parse(value, name, 512...(64 << 20))
            case "--count": count = try Self.parse(value, name, 1...1_000_000_000)
            case "--topics": topics = try Self.parse(value, name, 1...1_000_000)
            case "--path": path = value
            case "--directory": directory = value
            default: throw LoadError.usage("unknown option \(name)")
            }
        }
        if count > 0 { warmup = 0 }
    }

    private static func parse<Value: FixedWidthInteger>(
        _ text: String, _ name: String, _ range: ClosedRange<Value>
    ) throws -> Value {
        guard let value = Value(text), range.contains(value) else {
            throw LoadError.usage("\(name) is from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
