@testable import EventLog
import Storage
import TestSupport
import Testing

/// Random steps, faults and power cuts against a model that is a list.
@Suite struct ModelTests {
    @Test(.tags(.r01, .r02, .r04, .r05, .r09, .r13), arguments: UInt64(1)...150)
    func theLogIsAlwaysWhatWasAnswered(seed: UInt64) throws {
        let model = try LogModel(seed: seed)
        for _ in 0..<120 { try model.step() }
        try model.end()
    }
}
