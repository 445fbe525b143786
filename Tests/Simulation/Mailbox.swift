import Gridlog
import Storage

/// What the broker answered since somebody looked, in order.
final class Mailbox: Sendable {
    enum Answer: Sendable {
        case publish(number: Int, GridlogError?)
        case settle(number: Int, Result<[SettleOutcome], GridlogError>)
    }

    private let answers = Guarded<[Answer]>([])

    func put(_ answer: Answer) {
        answers.withLock { $0.append(answer) }
    }

    /// Everything there is, once.
    func takeAll() -> [Answer] {
        answers.withLock { answers in
            defer { answers.removeAll() }
            return answers
        }
    }
}

/// Puts the answer of one request into the mailbox.
final class Reply: PublishCompletion, SettleCompletion {
    private let number: Int
    private let mailbox: Mailbox

    init(_ number: Int, to mailbox: Mailbox) {
        self.number = number
        self.mailbox = mailbox
    }

    func publishDidSucceed() { mailbox.put(.publish(number: number, nil)) }
    func publishDidFail(_ error: GridlogError) { mailbox.put(.publish(number: number, error)) }
    func settleDidFinish(_ outcomes: [SettleOutcome]) {
        mailbox.put(.settle(number: number, .success(outcomes)))
    }
    func settleDidFail(_ error: GridlogError) {
        mailbox.put(.settle(number: number, .failure(error)))
    }
}
