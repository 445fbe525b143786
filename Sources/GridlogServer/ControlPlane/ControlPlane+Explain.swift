import Gridlog
import Hummingbird

extension ControlPlane {
    /// `/topics/{topic}/eventsubscriptions/{name}:explain` (contract, decision 33)
    func explain(_ name: String, _ topicName: String, _ request: Request) async throws -> Response {
        guard request.method == .post else { throw ErrorAnswer.wrongMethod(allowed: [.post]) }
        let subscription = try existingTopic(topicName).existingSubscription(name)
        let content = try await request.content()
        let explanation = try explanation(of: content, subscription)
        var bytes = Array(#"{"matched":\#(explanation.matched),"conditions":["#.utf8)
        for (position, condition) in explanation.conditions.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += #"{"operatorType":"\#(condition.filter.operatorType.rawValue)","key":"#.utf8
            bytes += JSONValue.string(condition.filter.key).bytes
            bytes += #","values":"#.utf8
            bytes += JSONValue.array(condition.filter.operand.values).bytes
            bytes += #","found":\#(condition.found ?? "null"),"matched":\#(condition.matched)}"#.utf8
        }
        bytes += "]}".utf8
        return Response(json: bytes)
    }

    /// One event, or else the sequence of one.
    private func explanation(
        of content: [UInt8], _ subscription: EventSubscription
    ) throws(ErrorAnswer) -> FilterExplanation {
        let publication = Publication(capacity: content.count)
        unsafe publication.append(content.span.bytes)
        do throws(GridlogError) {
            return try subscription.explain(publication)
        } catch {
            guard case .object(let object)? = try? JSONValue(parsing: content), let member = object["sequence"] else {
                throw ErrorAnswer(error)
            }
            return try explanation(of: member, subscription)
        }
    }

    private func explanation(
        of sequence: JSONValue, _ subscription: EventSubscription
    ) throws(ErrorAnswer) -> FilterExplanation {
        guard case .integer(let number) = sequence, number > 0 else {
            throw ErrorAnswer(.badRequest, "'sequence' must be a whole number from 1.")
        }
        do throws(GridlogError) {
            return try subscription.explain(sequence: UInt64(number))
        } catch {
            throw ErrorAnswer(error)
        }
    }
}
