/// The decoders of bytes that come from outside, each behind one function that takes any bytes.
///
/// ``run(_:)`` ends the process when a decoder breaks a promise; a fuzzer calls it millions of times, and a test with every
/// input of the corpus.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// Frames of a segment, as recovery and readers walk over them.
    case frame
    /// The packed form of a sealed segment.
    case packed
    /// The two manifest files, and the ledger of segments in them.
    case manifest
    /// Settlement groups, checkpoints, and the mapped files of an index.
    case index
    /// Lock tokens.
    case token
    /// Bodies of one event or of a batch.
    case event
    /// Attributes in headers.
    case http

    /// Decodes the bytes and checks what comes of them.
    func run(_ bytes: [UInt8]) {
        switch self {
        case .frame: FrameTarget.run(bytes)
        case .packed: PackedTarget.run(bytes)
        case .manifest: ManifestTarget.run(bytes)
        case .index: IndexTarget.run(bytes)
        case .token: TokenTarget.run(bytes)
        case .event: EventTarget.run(bytes)
        case .http: HeaderTarget.run(bytes)
        }
    }

    /// Inputs made by the encoders, from which a corpus begins.
    var seeds: [[UInt8]] {
        switch self {
        case .frame: FrameTarget.seeds
        case .packed: PackedTarget.seeds
        case .manifest: ManifestTarget.seeds
        case .index: IndexTarget.seeds
        case .token: TokenTarget.seeds
        case .event: EventTarget.seeds
        case .http: HeaderTarget.seeds
        }
    }
}

/// Ends the process, in optimised builds too, unless the promise was kept.
func require(_ isKept: Bool, _ promise: @autoclosure () -> String) {
    if !isKept { fatalError("broken promise: " + promise()) }
}
