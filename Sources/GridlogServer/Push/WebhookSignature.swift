import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signs deliveries, so that an endpoint can tell that they come from here (Standard Webhooks 1.0.0).
struct WebhookSignature: Sendable {
    /// What every secret begins with.
    static let prefix = "whsec_"
    private let keys: [SymmetricKey]

    /// `nil` when a secret is not `whsec_` and base64.
    init?(secrets: [String]) {
        var keys: [SymmetricKey] = []
        for secret in secrets {
            guard let key = Self.key(of: secret), !key.isEmpty else { return nil }
            keys.append(SymmetricKey(data: key))
        }
        self.keys = keys
    }

    /// The bytes that a secret says; `nil` when it is not `whsec_` and base64.
    static func key(of secret: String) -> [UInt8]? {
        secret.hasPrefix(prefix) ? Base64.decode(String(secret.dropFirst(prefix.count))) : nil
    }

    /// The value of `webhook-signature`: one signature for each secret, separated by a space.
    /// - Parameter timestamp: seconds since 1970, as in `webhook-timestamp`.
    func value(id: String, timestamp: UInt64, body: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8)
        return keys.map { key in
            var code = HMAC<SHA256>(key: key)
            code.update(data: signed)
            code.update(data: body)
            return "v1,\(Base64.encode(Array(code.finalize())))"
        }.joined(separator: " ")
    }
}
