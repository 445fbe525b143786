import Gridlog

/// The body of a redrive (contract, decision 34).
extension RedriveSelection {
    /// - Throws: 400 for a body that names neither `ids` nor `all`, or both.
    init(document body: JSONMember) throws(ErrorAnswer) {
        try body.checkMembers("ids", "all", "until")
        let ids = try body["ids"].strings()
        let isAll = try body["all"].boolean() ?? false
        guard (ids == nil) == isAll else {
            throw body.refusal("must have either 'ids', an array of strings, or 'all', which is true")
        }
        guard let ids else {
            self = .all(until: try body["until"].time())
            return
        }
        try body["until"].checkUnset("is for 'all'; leave it out with 'ids'")
        guard ids.count <= Self.idsMax else {
            throw body["ids"].refusal("has \(ids.count) ids; there may be \(Self.idsMax)")
        }
        self = .ids(ids)
    }
}
