import Gridlog

/// What a receive asks for (contract 1.2).
struct ReceiveParameters {
    var maxEvents = 1
    var maxWaitSeconds = DataPlane.waitSecondsDefault

    init(_ query: QueryParameters) throws(ErrorAnswer) {
        maxEvents = try Self.number(
            query["maxevents"], "maxEvents", 1...EventSubscription.receivedEventsMax, default: maxEvents)
        maxWaitSeconds = try Self.number(
            query["maxwaittime"], "maxWaitTime", RequestLimits.waitSeconds, default: maxWaitSeconds)
    }

    private static func number(
        _ text: String?, _ name: String, _ range: ClosedRange<Int>, default: Int
    ) throws(ErrorAnswer) -> Int {
        guard let text else { return `default` }
        guard let number = Int(text), range.contains(number) else {
            throw ErrorAnswer(
                .badRequest,
                "\(name) is '\(text)'; it must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}
