import Storage

/// JSON events of about 1 KiB, as devices send them: names and units repeat, identities, times and readings do not.
struct EventText {
    private var state: UInt64 = 88_172_645_463_325_252
    private var number = 0

    private mutating func random() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    private mutating func hex() -> String {
        let digits = String(random(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private mutating func reading(_ range: UInt64) -> String {
        let value = random() % (range * 1_000)
        return "\(value / 1_000).\(value % 1_000)"
    }

    mutating func next() -> String {
        number += 1
        let device = random() % 5_000
        let second = number / 900
        var text = """
            {"specversion":"1.0","id":"\(hex())\(hex())","source":"/sites/\(device % 40)/devices/\(device)",\
            "type":"Contoso.Metering.ReadingTaken","subject":"meters/\(device)/channels/\(random() % 4)",\
            "time":"2026-03-\(10 + second / 86_400)T\(10 + second / 3_600 % 24 % 14):\(10 + second / 60 % 50):\(10 + second % 50).\(random() % 1_000_000)Z",\
            "datacontenttype":"application/json","traceparent":"00-\(hex())\(hex())-\(hex())-01","data":{\
            "firmware":"4.\(random() % 3).\(random() % 20)","battery":\(random() % 101),"signal":-\(40 + random() % 60),"readings":[
            """
        for channel in 0..<6 {
            text +=
                (channel == 0 ? "" : ",") + "{\"channel\":\(channel),\"quantity\":\"activePower\",\"unit\":\"kW\","
                + "\"value\":\(reading(90)),\"quality\":\"good\"}"
        }
        return text + "],\"counter\":\(1_000_000 + number),\"operator\":\"team-\(random() % 12)\"}}"
    }
}
