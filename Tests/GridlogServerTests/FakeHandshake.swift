import Gridlog
import Synchronization

@testable import GridlogServer

/// Answers in place of an endpoint, and notes who was asked.
final class FakeHandshake: EndpointHandshake {
    struct Call: Equatable {
        let endpointURL: String
        let subscription: String
        let topic: String
        let link: String
    }

    /// The code in every link.
    static let code = "C0DE"

    private let answer: @Sendable (PushSettings) async throws(ErrorAnswer) -> EndpointValidation
    private let noted = Mutex<[Call]>([])

    init(
        _ answer: @escaping @Sendable (PushSettings) async throws(ErrorAnswer) -> EndpointValidation = {
            _ throws(ErrorAnswer) in .succeeded
        }
    ) {
        self.answer = answer
    }

    /// An endpoint whose owner must open a link.
    static func manual(until: UInt64 = .max) -> FakeHandshake {
        FakeHandshake { _ throws(ErrorAnswer) in .awaitingManualAction(code: code, until: until) }
    }

    var calls: [Call] { noted.withLock { $0 } }

    func validate(
        _ settings: PushSettings, subscription: String, topic: String,
        validationURL: @Sendable (_ code: String) -> String, now: UInt64
    ) async throws(ErrorAnswer) -> EndpointValidation {
        let call = Call(
            endpointURL: settings.endpointURL, subscription: subscription, topic: topic,
            link: validationURL(Self.code))
        noted.withLock { $0.append(call) }
        return try await answer(settings)
    }
}
