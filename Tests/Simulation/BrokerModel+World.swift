extension BrokerModel {
    /// An event of a subscription, if this is how it is: in doubt there are several. A request without an answer and a
    /// crash make more of them; what is seen leaves those that agree, and where none is left the broker was wrong.
    struct World: Equatable {
        var now = State()
        /// What a power cut may leave: every state since the last that is surely on the disk.
        var onDisk = [State()]
        /// The settle request without an answer that holds it, and what that makes of it; when a delay surely is over.
        var request: Int?, next = State(), delayEnd = UInt64.max

        func isAvailable(_ time: UInt64) -> Bool { !now.isSettled && request == nil && now.due.lowerBound <= time }
        func accepts(_ token: IssuedToken, _ time: UInt64) -> Bool {
            now.token == token && request == nil && time < now.due.lowerBound
        }
        func moved(to state: State) -> World { World(now: state, onDisk: onDisk + [state]) }
        var synced: World { World(now: now, onDisk: [now], request: request, next: next, delayEnd: delayEnd) }
        /// The process is killed: a request without an answer had no effect, or all of it.
        func killed(at time: UInt64, drift: UInt64) -> [World] {
            let done = moved(to: next.recovered(at: time, rebootedAt: time, drift: drift))
            return request == nil ? [self] : [World(now: now, onDisk: onDisk), done]
        }
        /// The index is made again of what the disk has.
        func rebuilt(at time: UInt64, rebootedAt boot: UInt64, drift: UInt64) -> [World] {
            let states = onDisk.map { $0.recovered(at: time, rebootedAt: boot, drift: drift) }
            return states.map { World(now: $0, onDisk: [$0], delayEnd: boot + 3_600_020) }
        }
    }

    struct State: Equatable {
        var isSettled = false, count = 0
        /// The end of a lock or a delay: it is not handed out before the first, and can be from the second on.
        var due: ClosedRange<UInt64> = 0...0
        /// What settles it while its lock runs.
        var token: IssuedToken?
        /// Of a lock nothing is left; a delay goes on in wall time, whose clock was set by `drift` meanwhile.
        func recovered(at time: UInt64, rebootedAt boot: UInt64, drift: UInt64) -> State {
            func left(_ due: UInt64) -> UInt64 { due > time ? boot + (due - time) : 0 }
            guard token == nil, due.upperBound > 0 else { return State(isSettled: isSettled, count: count) }
            let first = left(due.lowerBound - min(drift, due.lowerBound))
            return State(isSettled: isSettled, count: count, due: first...left(due.upperBound + drift) + 20)
        }
    }
}
