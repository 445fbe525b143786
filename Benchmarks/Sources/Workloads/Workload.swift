/// One part of the engine at work, again and again: what is measured.
public struct Workload: Sendable {
    /// What is measured, as `part: case`.
    public let name: String
    /// How many events one ``Run/measured`` handles.
    public let events: Int
    /// Whether other threads run meanwhile: then system calls cannot be told apart.
    public let hasThreads: Bool
    /// Makes the state that runs share.
    public let prepare: @Sendable (Scratch) throws -> Run

    init(
        _ name: String, events: Int, hasThreads: Bool = false, prepare: @escaping @Sendable (Scratch) throws -> Run
    ) {
        self.name = name
        self.events = events
        self.hasThreads = hasThreads
        self.prepare = prepare
    }

    /// A prepared workload.
    public struct Run {
        /// Called before each ``measured``.
        public var before: () throws -> Void = {}
        /// What is measured; on the calling thread.
        public let measured: () throws -> Void
        /// Called after each ``measured``.
        public var after: () throws -> Void = {}
        /// Called once, at the end: lets go of files.
        public var end: () throws -> Void = {}
    }

    /// All of them, in the order of an event's life.
    public static let all =
        scanning + publishing + appending + reading + packing + delivering + expiring + tokens + replaying + matching
}

/// What a workload found is not what must have happened: its figures mean nothing.
struct WrongOutcome: Error, CustomStringConvertible {
    let description: String

    static func unless(_ isRight: Bool, _ message: @autoclosure () -> String) throws {
        if !isRight { throw WrongOutcome(description: message()) }
    }
}
