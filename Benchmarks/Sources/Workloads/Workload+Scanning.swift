import CloudEvents

extension Workload {
    /// Scanning and validating bodies.
    static let scanning = [
        scan("order, batch of 100", .batch(of: 100, EventBody.order)),
        scan("order with spaces, batch of 100", .batch(of: 100, EventBody.spacedOrder)),
        scan("text, batch of 100", .batch(of: 100, EventBody.text)),
        scan("text outside ASCII, batch of 100", .batch(of: 100, EventBody.unicode)),
        scan("base64, batch of 100", .batch(of: 100, EventBody.binary)),
        scan("order, single", .single(EventBody.order)),
    ]

    private static func scan(_ name: String, _ body: EventBody) -> Workload {
        let repetitions = 1_000 / body.count
        return Workload("scan: \(name)", events: 1_000) { _ in
            var scanner = EventScanner()
            return Run(measured: {
                for _ in 0..<repetitions {
                    try scanner.scan(body.bytes.span)
                    try WrongOutcome.unless(scanner.events.count == body.count, "events were not found")
                }
            })
        }
    }
}
