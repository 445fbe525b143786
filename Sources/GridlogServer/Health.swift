import Gridlog
import HTTPTypes
import Hummingbird
import NIOCore

/// Two questions of whoever watches the process; neither needs a key.
///
/// - `GET /health/live`: 200 while the process answers at all. Restart it when it does not.
/// - `GET /health/ready`: 200 when every topic can be used, else 503 and what is wrong. A restart does not help.
enum Health {
    static func addRoutes(to router: Router<ServerContext>, broker: Broker) {
        router.get("health/live") { _, _ in
            Response(.ok, .object(["status": .string("ok")]))
        }
        router.get("health/ready") { _, _ in
            let health = broker.health
            if health.isReady { return Response(.ok, .object(["status": .string("ok")])) }
            let problems = JSONValue.array(health.problems.map { .string($0) })
            return Response(.serviceUnavailable, .object(["status": .string("unavailable"), "problems": problems]))
        }
    }
}
