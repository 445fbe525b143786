import Hummingbird
import NIOCore

extension Request {
    /// The largest body of the control plane, as of the data plane (contract 11, decision 6).
    static let documentBytesMax = 1_048_576
    /// How much of a larger body is read, so that the client reads the refusal before the connection is closed.
    static let discardedBytesMax = 8 * 1_048_576

    /// The body as JSON; an empty object when there is none, so that a resource with default settings needs no body.
    /// - Throws: ``ErrorAnswer``: 413 for more than ``documentBytesMax``, 400 for what is not JSON.
    func document() async throws -> JSONValue {
        let bytes = try await content()
        if bytes.isEmpty { return .object([:]) }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw ErrorAnswer(.badRequest, "The body cannot be read: \(error).")
        }
    }

    /// The bytes of the body.
    /// - Throws: ``ErrorAnswer``: 413 for more than ``documentBytesMax``.
    func content() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var length = 0
        for try await chunk in body {
            length += chunk.readableBytes
            if length > Self.discardedBytesMax { break }
            if length <= Self.documentBytesMax { bytes.append(contentsOf: chunk.readableBytesView) }
        }
        guard length <= Self.documentBytesMax else {
            throw ErrorAnswer(.payloadTooLarge, "The body is larger than \(Self.documentBytesMax) bytes.")
        }
        return bytes
    }
}
