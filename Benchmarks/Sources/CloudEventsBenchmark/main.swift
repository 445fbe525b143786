import CloudEvents

// How fast bodies are scanned, on one core: `swift run -c release CloudEventsBenchmark [NAME...]`.
// With `--print-body NAME` the body of that name goes to standard output, to measure another parser on the same bytes.

/// One kind of body.
struct Sample {
    var name: String
    var body: [UInt8]
    var eventCount: Int

    init(_ name: String, count: Int, isBatch: Bool = true, event: (Int) -> String) {
        let events = (0..<count).map(event)
        self.name = name
        body = Array((isBatch ? "[" + events.joined(separator: ",") + "]" : events[0]).utf8)
        eventCount = count
    }
}

/// The attributes of an order event, about 250 bytes.
func attributes(_ number: Int) -> String {
    """
    "specversion":"1.0","id":"7d86c760-e604-11f1-981e-\(100_000_000_000 + number)","source":"/shops/berlin/\(number)",\
    "type":"com.example.shop.order.placed.v1","subject":"orders/\(number * 7919)",\
    "time":"2026-01-02T03:04:05.\(100_000 + number)Z","datacontenttype":"application/json"
    """
}

/// 1 KiB with an object of numbers, texts and lists as data, without whitespace.
func orderEvent(_ number: Int) -> String {
    let lines = (0..<7).map { line in
        """
        {"sku":"SKU-\(number * 31 + line * 1_009)","quantity":\(line + 1),"price":\(line * 13 + 7).\(10 + line),\
        "discounted":\(line.isMultiple(of: 2)),"note":"line \(line) of order \(number)"}
        """
    }
    return """
        {\(attributes(number)),"data":{"total":\(number * 3).50,"currency":"EUR","customer":{"name":"Käte Müller",\
        "address":["Hauptstraße 5","10115 Berlin"],"vip":null},"lines":[\(lines.joined(separator: ","))]}}
        """
}

/// The same with a space after each comma and colon, as Python writes it.
func spacedEvent(_ number: Int) -> String {
    var text = ""
    for character in orderEvent(number) {
        text.append(character)
        if character == ":" || character == "," { text.append(" ") }
    }
    return text.replacing("T03: 04: 05", with: "T03:04:05")
}

/// 1 KiB with one long text as data.
func textEvent(_ number: Int) -> String {
    let text = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 17)
    return #"{\#(attributes(number)),"data":"\#(text)"}"#
}

/// 1 KiB with text outside ASCII as data.
func unicodeEvent(_ number: Int) -> String {
    let text = String(repeating: "Быстрая лиса, 日本語, Äpfel. ", count: 16)
    return #"{\#(attributes(number)),"data":"\#(text)"}"#
}

/// 1 KiB with bytes as data.
func binaryEvent(_ number: Int) -> String {
    let text = String(repeating: "AAECAwQFBgcICQoL/+8x", count: 38)
    return #"{\#(attributes(number)),"data_base64":"\#(text)"}"#
}

/// Scans a body again and again; the best of twenty rounds, as a line of text.
func measure(_ sample: Sample) throws -> String {
    var scanner = EventScanner()
    let repetitions = max(1, 10_000_000 / sample.body.count)
    var best = Duration.seconds(1_000)
    var found = 0
    for _ in 0..<20 {
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<repetitions {
                try scanner.scan(sample.body.span)
                found += scanner.events.count
            }
        }
        best = min(best, elapsed)
    }
    precondition(found == 20 * repetitions * sample.eventCount, "the scanner did not find every event")
    let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) / 1e18
    let gigabytes = Double(sample.body.count * repetitions) / seconds / 1e9
    let events = Double(sample.eventCount * repetitions) / seconds / 1e6
    // Two decimals without the C library's `round`.
    func rounded(_ value: Double) -> Double { Double(Int(value * 100 + 0.5)) / 100 }
    return "\(sample.name): \(rounded(gigabytes)) GB/s, \(rounded(events)) million events/s, "
        + "\(sample.body.count / sample.eventCount) bytes an event"
}

let samples = [
    Sample("order-batch", count: 100, event: orderEvent),
    Sample("spaced-batch", count: 100, event: spacedEvent),
    Sample("text-batch", count: 100, event: textEvent),
    Sample("unicode-batch", count: 100, event: unicodeEvent),
    Sample("binary-batch", count: 100, event: binaryEvent),
    Sample("order-single", count: 1, isBatch: false, event: orderEvent),
    Sample("text-single", count: 1, isBatch: false, event: textEvent),
]

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--print-body" {
    for sample in samples where sample.name == arguments.last {
        print(String(decoding: sample.body, as: UTF8.self))
    }
} else {
    for sample in samples where arguments.isEmpty || arguments.contains(sample.name) {
        print(try measure(sample))
    }
}
