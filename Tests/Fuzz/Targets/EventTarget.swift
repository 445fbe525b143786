import CloudEvents

/// Bodies of publish requests: the scanner, and what is read where it says.
enum EventTarget {
    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var limits = EventLimits()
        if input.byte() & 1 != 0 {
            limits.depthMax = 3
            limits.eventsPerRequestMax = 2
            limits.eventBytesMax = 200
        }
        let body = Array(input.rest)
        var scanner = EventScanner(limits: limits)
        do throws(EventError) {
            try scanner.scan(body.span)
        } catch {
            require(scanner.events.isEmpty, "a refused body has no events")
            require((0...body.count).contains(error.byteOffset ?? 0), "an error names a place in the body")
            require(!error.message.isEmpty, "an error says what it is")
            return
        }
        require(scanner.events.count <= limits.eventsPerRequestMax, "a batch keeps its limit")
        var end = 0
        var decoded: [CloudEvent] = []
        for event in scanner.events {
            require(event.offset >= end && event.length > 0, "events follow one another")
            end = event.offset + event.length
            require(end <= body.count && event.length <= limits.eventBytesMax, "an event lies in its body")
            decoded.append(check(event, Array(body[event.offset..<end]), limits))
        }
        require((try? EventFormat.decode(body, limits: limits)) == decoded, "a body holds its events")
        checkBatch(decoded)
    }

    private static func check(_ event: ScannedEvent, _ json: [UInt8], _ limits: EventLimits) -> CloudEvent {
        guard let value = try? CloudEvent(json: json, limits: limits) else {
            fatalError("broken promise: an event that was scanned is read")
        }
        let texts = [value.id, value.source, value.type, value.subject, value.time]
        let positions = [event.id, event.source, event.type, event.subject, event.time]
        for (text, position) in zip(texts, positions) {
            require(position.isPresent == (text != nil), "a place is of an attribute that is there")
            guard position.isPresent else { continue }
            require(Int(position.offset) + Int(position.length) < json.count, "an attribute lies in its event")
            let quotes = [json[Int(position.offset) - 1], json[position.range.upperBound]]
            require(quotes == [0x22, 0x22], "an attribute lies between quotes")
            let bytes = json.span.bytes
            require(AttributeText.decode(position, in: bytes) == text, "an attribute is read where it lies")
            require(position.hasEscapes || Array(json[position.range]) == Array((text ?? "").utf8), "text is its bytes")
        }
        checkWithoutNulls(event, json, value)
        return value
    }

    private static func checkWithoutNulls(_ event: ScannedEvent, _ json: [UInt8], _ value: CloudEvent) {
        var stored: [UInt8] = [0x5B]
        var local = event
        local.offset = 0
        let placed = EventFormat.appendWithoutNullMembers(json.span.bytes, scanned: local, to: &stored)
        require(placed.offset == 1 && placed.offset + placed.length == stored.count, "what was appended is named")
        stored.removeFirst()
        var scanner = EventScanner()
        require((try? scanner.scan(stored.span)) != nil, "an event without its nulls is an event")
        require(scanner.events.first?.hasNullMembers == false, "no null is left")
        var expected = placed
        expected.offset = 0
        require(scanner.events == [expected], "its attributes lie where it says")
        require((try? CloudEvent(json: stored)) == value, "it is the same event")
    }

    private static func checkBatch(_ events: [CloudEvent]) {
        for event in events {
            require((try? CloudEvent(json: event.json())) == event, "an event is read as it was written")
        }
        let batch = EventFormat.encodeBatch(events)
        require((try? EventFormat.decode(batch)) == events, "a batch is read as it was written")
    }

    static var seeds: [[UInt8]] {
        let start = #"{"specversion":"1.0","id":"A-1","source":"/shop/7","type":"com.example.order""#
        let members = [
            "", #","subject":"é\n","time":"2024-02-29T23:59:59.5+01:00","datacontenttype":"a/b;c=d""#,
            #","dataschema":"urn:a","ext":-12,"flag":true,"off":false,"nil":null,"data":{"a":[1,-2.5e+3,"\ud83d\ude00"]}"#,
            #","data_base64":"AAH\/AAECAwQFBgcICQoLDA0ODw==","subject":null,"x1":"é😀\u00e9\"\\""#,
            #","data":"Быстрая, лиса 日本語 Äpfel ñandú 😀😀""#, #","data":[[],{},"",0,1e9,null]"#,
        ]
        let bodies = members.map { start + $0 + "}" }
        let whole = bodies + ["[" + bodies.prefix(3).joined(separator: " ,\n") + "]", "[]"]
        return whole.map { [0] + Array($0.utf8) } + [[1] + Array(bodies[5].utf8)]
    }
}
