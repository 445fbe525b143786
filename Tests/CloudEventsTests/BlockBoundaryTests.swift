import CloudEvents
import Testing

/// Strings are scanned in blocks of sixteen bytes, so every length and every place of a special byte is tried.
@Suite struct BlockBoundaryTests {
    private let head = Array(#"{"specversion":"1.0","id":"1","source":"/s","type":"t","#.utf8)

    private func body(_ member: String, _ text: [UInt8], padding: Int) -> [UInt8] {
        var body = Array(repeating: UInt8(ascii: " "), count: padding) + head
        body += Array("\"\(member)\":\"".utf8)
        body += text
        return body + Array("\"}".utf8)
    }

    @Test(arguments: ["data", "subject"])
    func specialByteIsSeenAtEveryPlaceOfEveryLength(member: String) {
        // What must be found, and whether the body is then still accepted in data and in an attribute.
        let specials: [(bytes: [UInt8], inData: Bool, inAttribute: Bool)] = [
            ([0x1F], false, false), ([0x00], false, false), ([0x7F], true, false), ([0x80], false, false),
            (Array("é".utf8), true, true), (Array(#"\""#.utf8), true, true), (Array(#"\\"#.utf8), true, true),
            (Array(#"\n"#.utf8), true, false), (Array(#"\x"#.utf8), false, false), (Array("\"".utf8), false, false),
        ]
        for length in 0...130 {
            let plain = Array(repeating: UInt8(ascii: "x"), count: length)
            for place in 0...length {
                let special = specials[(length + place) % specials.count]
                let text = plain[..<place] + special.bytes + plain[place...]
                let isAccepted = scan(body(member, Array(text), padding: place % 17)).isAccepted
                let isExpected = member == "data" ? special.inData : special.inAttribute
                #expect(isAccepted == isExpected, "\(special.bytes) at \(place) of \(length)")
            }
        }
    }

    @Test func plainStringOfEveryLengthIsFoundWhole() throws {
        for length in 1...130 {
            let value = String(repeating: "y", count: length)
            let body = body("subject", Array(value.utf8), padding: length % 16)
            let event = try scan(body).get()[0]
            #expect(text(event.subject, of: event, in: body) == value)
            #expect(Int(event.subject.length) == length)
        }
    }

    @Test func numberOfEveryLengthIsChecked() {
        for length in 1...40 {
            let digits = String(repeating: "7", count: length)
            #expect(scan(eventText("\"data\":\(digits)")).isAccepted)
            #expect(scan(eventText("\"data\":-\(digits).\(digits)e+\(digits)")).isAccepted)
            for place in 0..<length {
                var broken = Array(digits)
                broken[place] = "a"
                #expect(scan(eventText("\"data\":\(String(broken))")).code == .brokenJSON)
                broken[place] = "\u{7F}"
                #expect(scan(eventText("\"data\":\(String(broken))")).code == .brokenJSON)
            }
        }
    }

    @Test func everyByteAfterADigitEndsTheNumberOrBreaksIt() {
        for byte in UInt8.min...UInt8.max {
            let body = Array(#"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":12"#.utf8) + [byte]
            let isAccepted = scan(body + Array("}".utf8)).isAccepted
            let isExpected = [0x20, 0x09, 0x0A, 0x0D].contains(byte) || (0x30...0x39).contains(byte)
            #expect(isAccepted == isExpected, "\(byte)")
        }
    }
}
