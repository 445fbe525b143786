import Gridlog
import HTTPTypes
import Hummingbird
import NIOCore

/// Two questions of whoever watches the process; neither needs a key.
///
/// - `GET /health/live`: 200 while the process answers at all. Restart it when it does not.
/// - `GET /health/ready`: 200 when every topic can be used, with `"status":"degraded"` and what to look at when the disk is slow
///   or damage was found that nobody met yet; 503 and what is wrong when a topic cannot be used. A restart does not help.
enum Health {
    static func addRoutes(to router: Router<ServerContext>, broker: Broker) {
        router.get("health/live") { _, _ in
            Response(.ok, .object(["status": .string("ok")]))
        }
        router.get("health/ready") { _, _ in
            let health = broker.health
            var document: JSONObject = ["status": .string(status(health))]
            if !health.problems.isEmpty { document["problems"] = lines(health.problems) }
            if !health.warnings.isEmpty { document["warnings"] = lines(health.warnings) }
            return Response(health.isReady ? .ok : .serviceUnavailable, .object(document))
        }
    }

    private static func status(_ health: BrokerHealth) -> String {
        guard health.isReady else { return "unavailable" }
        return health.isDegraded ? "degraded" : "ok"
    }

    private static func lines(_ lines: [String]) -> JSONValue {
        .array(lines.map { .string($0) })
    }
}
