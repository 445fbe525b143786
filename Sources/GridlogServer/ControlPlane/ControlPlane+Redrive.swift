import Gridlog
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}:redrive` (contract, decision 34)
    func redrive(_ name: String, _ topicName: String, _ request: Request) async throws -> Response {
        guard request.method == .post else { throw ErrorAnswer.wrongMethod(allowed: [.post]) }
        let subscription = try existingTopic(topicName).existingSubscription(name)
        let query = QueryParameters(path: Substring(request.head.path ?? ""))
        let dryRun = try query.boolean("dryrun") ?? false
        let selection = try RedriveSelection(document: JSONMember(document: try await request.document()))
        let count = try await changing { try subscription.redrive(selection, dryRun: dryRun) }
        return Response(.ok, .object(["count": .integer(count)]))
    }
}
