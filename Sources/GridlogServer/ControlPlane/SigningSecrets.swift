import Gridlog

/// The secrets with which requests to a webhook are signed: `whsec_` and base64, as in the Standard Webhooks specification. They are
/// sent in `signingSecrets` and never shown; an answer has their number in `signingSecretCount`.
enum SigningSecrets {
    private static let keyBytes = 24...64

    /// - Parameters:
    ///   - push: the object that has both members.
    ///   - kept: the secrets that are there, for a document that has their number only.
    static func read(_ push: JSONMember, kept: [String]) throws(ErrorAnswer) -> [String] {
        let member = push["signingSecrets"]
        let count = try push["signingSecretCount"].integer() ?? 0
        guard let secrets = try member.strings() else {
            if count > 0, kept.isEmpty {
                throw member.refusal("is missing: the secrets of another endpoint are not known here; send them again")
            }
            return count > 0 ? kept : []
        }
        guard secrets.count <= PushSettings.signingSecretsMax else {
            throw member.refusal("has \(secrets.count) secrets; there may be \(PushSettings.signingSecretsMax)")
        }
        guard secrets.allSatisfy(isSecret) else {
            throw member.refusal(
                "must hold secrets of the form '\(WebhookSignature.prefix)' and base64 of \(keyBytes.lowerBound) to "
                    + "\(keyBytes.upperBound) bytes")
        }
        return secrets
    }

    private static func isSecret(_ text: String) -> Bool {
        guard let key = WebhookSignature.key(of: text) else { return false }
        // The decoder lets more pass than what it encodes.
        return keyBytes.contains(key.count) && WebhookSignature.prefix + Base64.encode(key) == text
    }
}
