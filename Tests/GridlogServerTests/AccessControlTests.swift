import HTTPTypes
import Testing

@testable import GridlogServer

@Suite struct AccessControlTests {
    private let keys = AccessKeys.random()
    private var access: AccessControl { AccessControl(keys: keys, required: true) }

    private func answer(_ fields: HTTPFields, _ path: String = "/topics") -> ErrorAnswer? {
        access.authorize(Self.pairs(fields), path: Substring(path))
    }

    private static func pairs(_ fields: HTTPFields) -> [(name: String, value: String)] {
        fields.map { ($0.name.rawName, $0.value) }
    }

    @Test func everyFormOfBothKeysIsAccepted() {
        for key in [keys.key1, keys.key2] {
            #expect(answer([.authorization: "SharedAccessKey \(key)"]) == nil)
            #expect(answer([.authorization: "sharedaccessKEY  \(key)"]) == nil)
            #expect(answer([.accessKey: key]) == nil)
            let encoded = key.utf8.map { "%\($0 < 16 ? "0" : "")\(String($0, radix: 16))" }.joined()
            #expect(answer([:], "/topics?api-version=1&aeg-sas-key=\(encoded)") == nil)
            #expect(answer([:], "/topics?AEG-SAS-KEY=\(key)") == nil)
        }
    }

    @Test func oneRightKeyIsEnough() {
        #expect(answer([.authorization: "Basic x", .accessKey: keys.key1]) == nil)
        #expect(answer([.accessKey: "wrong"], "/topics?aeg-sas-key=\(keys.key2)") == nil)
    }

    @Test func wrongAndMissingKeysAreUnauthorized() throws {
        for fields: HTTPFields in [
            [:], [.authorization: keys.key1], [.authorization: "SharedAccessKey"], [.authorization: "SharedAccessKey "],
            [.authorization: "SharedAccessKey wrong"], [.accessKey: ""], [.accessKey: AccessKeys.random().key1],
        ] {
            let refusal = try #require(answer(fields))
            #expect(refusal.code == .unauthorized)
            #expect(refusal.message.contains("Authorization: SharedAccessKey <key>"))
        }
    }

    @Test func tokensAreRefusedWithTheFormsThatAreAccepted() throws {
        for fields: HTTPFields in [
            [.authorization: "Bearer a.b.c"], [.authorization: "SharedAccessSignature r=x&e=y&s=z"],
            [.accessToken: "r=x&e=y&s=z"],
        ] {
            let refusal = try #require(answer(fields))
            #expect(refusal.code == .unauthorized)
            #expect(refusal.message.hasPrefix("Only access keys are accepted"))
        }
    }

    @Test func noKeyIsLookedAtWhenNoneIsRequired() {
        let open = AccessControl(keys: keys, required: false)
        #expect(open.authorize(Self.pairs([:]), path: "/topics") == nil)
        #expect(open.authorize(Self.pairs([.accessKey: "wrong"]), path: "/topics") == nil)
    }
}
