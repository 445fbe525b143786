import Storage

/// Lets a task wait for events, for a time.
final class TaskWaiter: ReceiveWaiter {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Void, Never>)
        case woken
    }

    private let state = Guarded(State.idle)

    func wake() {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .woken }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume()
    }

    /// Returns when it is woken, the time has come, or the task is cancelled.
    func wait(until deadline: ContinuousClock.Instant) async {
        let alarm = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            wake()
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWoken = state.withLock { state in
                    if case .woken = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isWoken { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
    }
}
