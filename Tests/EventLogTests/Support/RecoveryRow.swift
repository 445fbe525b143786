/// One row of the table of recovery: what is on the disk, and what must come of it.
struct RecoveryRow: CustomStringConvertible {
    /// What stands at X, the end of the last valid frame of the newest segment.
    enum Tail: CaseIterable {
        case zeros, earlierLife, tornHeader, tornPayload, garbage, badPayloadChecksum, unknownFrame
    }

    /// Who says that something at X had been durable.
    enum Watermark: CaseIterable {
        case nobody, manifest, earlierFrame, laterHeader
    }

    /// The segments before the newest, and how the newest hangs on them.
    enum Sealed: CaseIterable {
        case whole, missing, shortened, sealDamaged, headerDamaged, linkWrong, successorUnnamed, successorNotWhole
    }

    enum Manifests: CaseIterable {
        case both, newerTorn, olderTorn, bothTorn, none, foreign
    }

    /// A segment of the store: the oldest, the one that is damaged, the newest.
    enum Place: Int {
        case oldest = 0
        case sealed = 1
        case newest = 2
    }

    enum Decision: Hashable {
        /// The log goes on at X; what was behind it is zeroed, or it is left as it was.
        case opens(isCut: Bool)
        /// Damaged, naming the file.
        case fenced(Place)
        /// Another log's.
        case refused
        /// Of a version that this one does not know.
        case unknown
    }

    var tail: Tail
    var watermark: Watermark
    var sealed: Sealed
    var manifests: Manifests

    var description: String { "\(tail), D by \(watermark), sealed \(sealed), manifests \(manifests)" }

    /// FORMAT.md section 5 in its order: manifest, named segments, successor, then X and D.
    var decision: Decision {
        switch manifests {
        case .bothTorn, .none: return .fenced(.oldest)
        case .foreign: return .refused
        case .both, .newerTorn, .olderTorn: break
        }
        switch sealed {
        case .missing, .shortened, .sealDamaged, .headerDamaged, .linkWrong: return .fenced(.sealed)
        case .successorNotWhole: return .fenced(.newest)
        case .whole, .successorUnnamed: break
        }
        switch watermark {
        case .manifest where isNewestNamed: return .fenced(.newest)
        // A manifest from before the roll says nothing of the segment after it.
        case .manifest, .nobody: break
        // A frame cannot vouch for more than what was before it: it is no valid frame, so X lies before it, and its header
        // is one after X that claims more.
        case .earlierFrame, .laterHeader: return .fenced(.newest)
        }
        switch tail {
        case .zeros, .earlierLife: return .opens(isCut: false)
        case .tornHeader, .tornPayload, .garbage, .badPayloadChecksum: return .opens(isCut: true)
        case .unknownFrame: return .unknown
        }
    }

    /// Whether the manifest that holds names the newest segment.
    var isNewestNamed: Bool {
        manifests != .newerTorn && sealed != .successorUnnamed && sealed != .successorNotWhole
    }

    static var all: [RecoveryRow] {
        Tail.allCases.flatMap { tail in
            Watermark.allCases.flatMap { watermark in
                Sealed.allCases.flatMap { sealed in
                    Manifests.allCases.map {
                        RecoveryRow(tail: tail, watermark: watermark, sealed: sealed, manifests: $0)
                    }
                }
            }
        }
    }
}
