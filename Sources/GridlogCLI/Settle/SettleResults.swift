import CommandOutput

/// What became of the lock tokens of one command, over all its requests.
struct SettleResults {
    private var succeeded: [JSONText] = []
    private var failed: [JSONText] = []

    /// Sends the tokens in requests of at most ``BrokerClient/mostTokens`` and gathers the answers.
    static func of(
        tokens: [String], operation: SettleOperation, topic: String, subscription: String, client: BrokerClient
    ) async throws(CommandFailure) -> SettleResults {
        var results = SettleResults()
        var rest = tokens[...]
        repeat {
            let next = rest.prefix(BrokerClient.mostTokens)
            rest = rest.dropFirst(next.count)
            results.add(
                try await client.settle(
                    topic: topic, subscription: subscription, operation: operation, tokens: next))
        } while !rest.isEmpty
        return results
    }

    /// Takes one answer of the server.
    mutating func add(_ answer: JSONText) {
        succeeded += answer["succeededLockTokens"]?.elements ?? []
        failed += answer["failedLockTokens"]?.elements ?? []
    }

    /// The answers as one document of the server's form.
    var document: JSONText {
        let succeeded = JSONText(list: "succeededLockTokens", of: succeeded).bytes.dropLast()
        let failed = JSONText(list: "failedLockTokens", of: failed).bytes.dropFirst()
        return JSONText((Array(succeeded) + [UInt8(ascii: ",")] + Array(failed))[...])
    }

    /// A row a token: those that went well, then those that did not, with the reason.
    func table(outcome: String) -> Table {
        var table = Table(header: ["TOKEN", "OUTCOME", "REASON"])
        for token in succeeded { table.add([token.display, outcome]) }
        for failure in failed {
            let error = failure["error"]
            table.add([
                failure["lockToken"]?.display ?? "", error?["code"]?.display ?? "failed",
                error?["message"]?.display ?? "",
            ])
        }
        return table
    }

    /// - Throws: ``ExitStatus/failure`` when a token failed.
    func requireSuccess(outcome: String) throws(CommandFailure) {
        if failed.isEmpty { return }
        throw CommandFailure(
            status: .failure,
            message: "\(failed.count) of \(failed.count + succeeded.count) lock tokens could not be \(outcome)")
    }
}
