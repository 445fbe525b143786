import CloudEvents
import Testing

/// Bodies that were changed at random: the scanner must agree with a slow reader that was written apart from it.
@Suite struct DifferentialTests {
    private let seeds = [
        eventText(#""subject":"é\n","time":"2024-02-29T23:59:59.5+01:00","datacontenttype":"a/b;c=d""#),
        eventText(
            #""dataschema":"urn:a","ext":-12,"flag":true,"off":false,"nil":null,"data":{"a":[1,-2.5e+3,"\ud83d\ude00"]}"#
        ),
        eventText(#""data_base64":"AAH\/AAECAwQFBgcICQoLDA0ODw==","subject":null,"x1":"é😀\u00e9\"\\""#),
        eventText(#""subject":"Быстрая лиса 日本","data":"Быстрая, лиса 日本語 Äpfel ñandú 😀😀""#),
        "[" + eventText(#""data":[[],{},"",0,1e9]"#) + " ,\n" + eventText(type: #""t\u0041""#) + "]",
        #"{"\u0069d":"1","source":"/a b","specversion":"1.0","type":"t","extension":"value","data":"\ud800 é"}"#,
        " [ { \"id\" : \"1\" , \"source\" : \"s\" , \"type\" : \"t\" , \"specversion\" : \"1.0\" , \"time\" : null } ] ",
    ].map { Array($0.utf8) }

    private let interesting: [UInt8] =
        Array("\"\\{}[],:0119.-+eEtfnulZaAdi =/ \n".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFF]

    /// Compares, and checks that what was found lies inside the body.
    private func check(_ body: [UInt8]) {
        let expected = ReferenceRules.judge(body)
        switch scan(body) {
        case .failure(let error):
            #expect(error.code == expected.code, "\(String(decoding: body, as: UTF8.self)): \(error.message)")
            #expect((0...body.count).contains(error.byteOffset ?? -1))
        case .success(let events):
            #expect(expected.code == nil, "\(String(decoding: body, as: UTF8.self)) is accepted")
            #expect(events.map { text($0.id, of: $0, in: body) } == expected.ids)
            for event in events { checkPlaces(event, in: body) }
        }
    }

    private func checkPlaces(_ event: ScannedEvent, in body: [UInt8]) {
        #expect(event.offset >= 0 && event.length > 0 && event.offset + event.length <= body.count)
        for position in [event.id, event.source, event.type, event.subject, event.time] where position.isPresent {
            #expect(Int(position.offset) + Int(position.length) < event.length)
            #expect(body[event.offset + Int(position.offset) - 1] == UInt8(ascii: "\""))
            #expect(body[event.offset + position.range.upperBound] == UInt8(ascii: "\""))
        }
        let bytes = Array(body[event.offset..<event.offset + event.length])
        guard let value = try? CloudEvent(json: bytes) else {
            Issue.record("a scanned event cannot be read: \(String(decoding: bytes, as: UTF8.self))")
            return
        }
        #expect(scan(value.json()).isAccepted)
        var stored: [UInt8] = []
        EventFormat.appendWithoutNullMembers(bytes.span.bytes, scanned: event, to: &stored)
        #expect((try? scan(stored).get())?.first?.hasNullMembers == false)
        #expect((try? CloudEvent(json: stored)) == value)
    }

    @Test func everySeedIsJudgedAlike() {
        for seed in seeds { check(seed) }
    }

    @Test func everyPlaceTakesEveryInterestingByte() {
        for seed in seeds {
            for place in seed.indices {
                let byte = interesting[place % interesting.count]
                for byte in [byte, interesting[(place * 7 + 3) % interesting.count]] {
                    var changed = seed
                    changed[place] = byte
                    check(changed)
                    changed = seed
                    changed.insert(byte, at: place)
                    check(changed)
                }
                var shorter = seed
                shorter.remove(at: place)
                check(shorter)
            }
        }
    }

    @Test(arguments: 0..<8)
    func randomChangesAreJudgedAlike(round: Int) {
        var generator = SeededGenerator(seed: UInt64(round))
        for _ in 0..<400 {
            var body = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                change(&body, &generator)
            }
            check(body)
        }
    }

    /// Replaces, inserts, removes, doubles or moves some bytes.
    private func change(_ body: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !body.isEmpty else { return }
        let place = Int.random(in: 0..<body.count, using: &generator)
        let end = min(body.count, place + Int.random(in: 1...24, using: &generator))
        let byte = interesting[Int.random(in: 0..<interesting.count, using: &generator)]
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: body[place] = byte
        case 1: body.insert(byte, at: place)
        case 2: body.removeSubrange(place..<end)
        case 3: body.insert(contentsOf: body[place..<end], at: place)
        case 4: body.insert(contentsOf: body[place..<end], at: Int.random(in: 0..<body.count, using: &generator))
        default: body[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
    }

    @Test func randomBytesAreRefused() {
        var generator = SeededGenerator(seed: 99)
        for count in 0..<300 {
            let body = (0..<count).map { _ in interesting[Int.random(in: 0..<interesting.count, using: &generator)] }
            check(body)
        }
    }
}
