import Storage

/// Lets a task wait for events, for a time.
final class TaskWaiter: ReceiveWaiter {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Void, Never>)
        /// By the broker, or because nobody wants to wait any longer.
        case ended(byBroker: Bool)
    }

    private let state = Guarded(State.idle)

    func wake() {
        end(byBroker: true)
    }

    private func end(byBroker: Bool) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .ended = state { return nil }
            defer { state = .ended(byBroker: byBroker) }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume()
    }

    /// Returns true when the broker woke it, false when the time has come or the task is cancelled.
    func wait(until deadline: ContinuousClock.Instant) async -> Bool {
        let alarm = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            end(byBroker: false)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasEnded = state.withLock { state in
                    if case .ended = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if hasEnded { continuation.resume() }
            }
        } onCancel: {
            end(byBroker: false)
        }
        return state.withLock { if case .ended(byBroker: true) = $0 { true } else { false } }
    }
}
