import NIOCore

/// A value that belongs to an event loop, with the way to reach it there.
struct LoopOwned<Value>: Sendable {
    let loop: any EventLoop
    private let bound: NIOLoopBound<Value>

    /// On the event loop.
    init(_ value: Value, on loop: any EventLoop) {
        self.loop = loop
        bound = NIOLoopBound(value, eventLoop: loop)
    }

    /// The value; on the event loop only.
    var value: Value { bound.value }

    /// Does something with the value, soon, from any thread.
    func tell(_ body: @escaping @Sendable (Value) -> Void) {
        loop.execute { body(bound.value) }
    }

    /// Asks the value something, from any thread.
    func ask<Result: Sendable>(_ body: @escaping @Sendable (Value) -> Result) async throws -> Result {
        try await loop.submit { body(bound.value) }.get()
    }
}
