import Gridlog
import TestSupport

/// Where new event subscriptions begin, and what the model expects of that.
extension Simulation {
    /// Where one begins: one sequence, unless there is doubt; `nil` when it must be refused.
    typealias ExpectedStart = ClosedRange<UInt64>?

    func pickStart(in topic: BrokerModel.Topic) -> (position: StartPosition?, expected: ExpectedStart) {
        let tail = UInt64(topic.events.count + 1)
        switch number(0...9) {
        case 0...2: return (nil, tail...tail)
        case 3: return (.now, tail...tail)
        case 4, 5: return (.earliest, 1...1)
        case 6, 7:
            let sequence = chance(1, in: 8) ? tail + UInt64(number(1...3)) : UInt64(number(0...Int(tail)))
            return (.sequence(sequence), sequence <= tail ? max(1, sequence)...max(1, sequence) : nil)
        default:
            var time = UInt64(Int64(clock.wallTime) - Int64(number(-1...100)) * 1_000_000_000)
            if let event = pick(topic.events), chance(3, in: 4) {
                time = UInt64(Int64(event.appended.lowerBound) + Int64(number(-1...1)))
            }
            return (.time(time), time <= clock.wallTime ? expectedStart(at: time, in: topic) : nil)
        }
    }

    private func expectedStart(at time: UInt64, in topic: BrokerModel.Topic) -> ExpectedStart {
        let low = topic.events.firstIndex { $0.appended.upperBound >= time } ?? topic.events.count
        let high = topic.events.firstIndex { $0.appended.lowerBound >= time } ?? topic.events.count
        return UInt64(low + 1)...UInt64(high + 1)
    }
}
