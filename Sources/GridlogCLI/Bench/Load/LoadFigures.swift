import NIOCore

/// What was measured of a run: on one event loop, or on all.
struct LoadFigures: Sendable {
    private var operations = BenchOperation.allCases.map { _ in OperationFigures() }
    /// When the last successful answer came, measured or not.
    var lastAnswer: NIODeadline?

    subscript(operation: BenchOperation) -> OperationFigures {
        get { operations[operation.rawValue] }
        _modify { yield &operations[operation.rawValue] }
    }

    /// Adds the figures of another event loop.
    mutating func add(_ other: LoadFigures) {
        for operation in BenchOperation.allCases { self[operation].add(other[operation]) }
        if let last = other.lastAnswer { lastAnswer = max(lastAnswer ?? last, last) }
    }
}
