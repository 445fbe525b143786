import Gridlog
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}:explain` (contract, decision 33)
    func explain(_ name: String, _ topicName: String, _ request: Request) async throws -> Response {
        guard request.method == .post else { throw ErrorAnswer.wrongMethod(allowed: [.post]) }
        let subscription = try existingTopic(topicName).existingSubscription(name)
        let content = try await request.content()
        let explanation = try explanation(of: content, subscription)
        let conditions = explanation.conditions.map { condition -> JSONValue in
            .object([
                "operatorType": .string(condition.filter.operatorType.rawValue), "key": .string(condition.filter.key),
                "values": .array(condition.filter.operand.values),
                "found": condition.found.map(Self.value) ?? .null, "matched": .bool(condition.matched),
            ])
        }
        return Response(.ok, .object(["matched": .bool(explanation.matched), "conditions": .array(conditions)]))
    }

    private func explanation(
        of content: [UInt8], _ subscription: EventSubscription
    ) throws(ErrorAnswer) -> FilterExplanation {
        let document = JSONMember(document: try Request.document(of: content))
        do throws(GridlogError) {
            guard case .object(let object)? = document.value, object["sequence"] != nil, object["specversion"] == nil
            else {
                let publication = Publication(capacity: content.count)
                unsafe publication.append(content.span.bytes)
                return try subscription.explain(publication)
            }
            guard case .integer(let sequence)? = object["sequence"], sequence > 0 else {
                throw GridlogError(.invalidArgument, "'sequence' must be a whole number from 1.")
            }
            return try subscription.explain(sequence: UInt64(sequence))
        } catch {
            throw ErrorAnswer(error)
        }
    }

    /// The JSON text of a value of an event.
    private static func value(_ text: String) -> JSONValue {
        (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
    }
}
