import Gridlog
import Storage

/// Somebody who waits for events of a subscription.
final class Waiter: ReceiveWaiter {
    let place: Place
    private let woken = Guarded(false)

    init(at place: Place) {
        self.place = place
    }

    var isWoken: Bool { woken.withLock { $0 } }

    func wake() {
        woken.withLock { $0 = true }
    }
}
