/// Bodies of publish requests: events of about 1 KiB, the same bytes in every run.
struct EventBody {
    let bytes: [UInt8]
    let count: Int

    private init(_ events: [String], isBatch: Bool) {
        bytes = Array((isBatch ? "[" + events.joined(separator: ",") + "]" : events[0]).utf8)
        count = events.count
    }

    static func batch(of count: Int, _ event: (Int) -> String) -> EventBody {
        EventBody((0..<count).map(event), isBatch: true)
    }

    static func single(_ event: (Int) -> String) -> EventBody {
        EventBody([event(0)], isBatch: false)
    }

    /// The attributes of an order event, about 250 bytes.
    private static func attributes(_ number: Int) -> String {
        """
        "specversion":"1.0","id":"7d86c760-e604-11f1-981e-\(100_000_000_000 + number)","source":"/shops/berlin/\(number)",\
        "type":"com.example.shop.order.placed.v1","subject":"orders/\(number * 7919)",\
        "time":"2026-01-02T03:04:05.\(100_000 + number)Z","datacontenttype":"application/json"
        """
    }

    /// An object of numbers, texts and lists as data, without whitespace.
    static func order(_ number: Int) -> String {
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
    static func spacedOrder(_ number: Int) -> String {
        var text = ""
        for character in order(number) {
            text.append(character)
            if character == ":" || character == "," { text.append(" ") }
        }
        return text.replacing("T03: 04: 05", with: "T03:04:05")
    }

    /// One long text as data.
    static func text(_ number: Int) -> String {
        let text = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 17)
        return #"{\#(attributes(number)),"data":"\#(text)"}"#
    }

    /// Text outside ASCII as data.
    static func unicode(_ number: Int) -> String {
        let text = String(repeating: "Быстрая лиса, 日本語, Äpfel. ", count: 16)
        return #"{\#(attributes(number)),"data":"\#(text)"}"#
    }

    /// Bytes as data.
    static func binary(_ number: Int) -> String {
        let text = String(repeating: "AAECAwQFBgcICQoL/+8x", count: 38)
        return #"{\#(attributes(number)),"data_base64":"\#(text)"}"#
    }

    /// No data: about 250 bytes.
    static func bare(_ number: Int) -> String {
        "{\(attributes(number))}"
    }
}
