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

    /// The segments before the newest: the one next to it, and the oldest, which may be packed.
    enum Sealed: CaseIterable {
        case whole, missing, shortened, sealDamaged, headerDamaged, linkWrong
        // The manifest names the packed form of the oldest, and its own file is gone.
        case packed, packedShortened, packedLengthened, packedHeaderDamaged, packedIndexDamaged
        // It names the one form, and only the other one is there.
        case packedMissing, ownMissing
        // Both are there, and it names the packed one, or the segment's own.
        case bothPackedNamed, bothOwnNamed, bothPackedNamedDamaged, bothOwnNamedDamaged
    }

    /// The newest segment, and what stands in the place of a next one.
    enum Newest: CaseIterable {
        case named
        // No manifest names it yet: the file behind the sealed segment is whole, or it is not.
        case unnamed, unnamedWithoutCheckpoint, unnamedUnreadable, unnamedBlank, unnamedEmpty
        // It is named, has no seal, and another file follows.
        case followedByBlank, followedByEmpty, followedByUnreadable, followedBySegment
    }

    enum Manifests: CaseIterable {
        case both, newerTorn, olderTorn, newerMissing, olderMissing, bothTorn, none, foreign
    }

    /// A file of the store: of the oldest segment, of the one after it, of the newest.
    enum Place: CaseIterable {
        case oldest, oldestPacked, sealed, newest
    }

    enum Decision: Hashable {
        /// The log goes on at X; what was behind it is zeroed, or it is left as it was. The file in the next segment's
        /// place is set aside, if there is one.
        case opens(isCut: Bool, setsAside: Bool)
        /// Damaged, naming the file.
        case fenced(Place)
        /// Another log's.
        case refused
        /// Of a version that this one does not know.
        case unknown

        static let all: Set<Decision> = [
            .opens(isCut: false, setsAside: false), .opens(isCut: true, setsAside: false),
            .opens(isCut: false, setsAside: true), .opens(isCut: true, setsAside: true),
            .fenced(.oldest), .fenced(.oldestPacked), .fenced(.sealed), .fenced(.newest), .refused,
            .unknown,
        ]
    }

    var tail: Tail
    var watermark: Watermark
    var sealed: Sealed
    var newest: Newest
    var manifests: Manifests

    var description: String {
        "\(tail), D by \(watermark), sealed \(sealed), newest \(newest), manifests \(manifests)"
    }
}

// MARK: - The decision

extension RecoveryRow {
    /// FORMAT.md section 5 in its order: manifest, named segments, successor, then X and D; at last the other form of a
    /// segment that is there in both.
    var decision: Decision {
        byManifests ?? bySealed ?? byNewest ?? byWatermark ?? byUnknownFrame ?? byOtherForm
            ?? .opens(isCut: isCut, setsAside: setsAside)
    }

    private var byManifests: Decision? {
        switch manifests {
        case .foreign: .refused
        case .bothTorn, .none: .fenced(hasOwnFile ? .oldest : .sealed)
        case .both, .newerTorn, .olderTorn, .newerMissing, .olderMissing: nil
        }
    }

    private var bySealed: Decision? {
        switch sealed {
        case .missing, .headerDamaged, .linkWrong: .fenced(.sealed)
        // What was its end is not known to a manifest from before its seal: it is the newest then, without a seal.
        case .shortened, .sealDamaged: isNewestNamed || !isNewestLost ? .fenced(.sealed) : nil
        case .packedShortened, .packedLengthened, .packedHeaderDamaged, .packedIndexDamaged, .packedMissing:
            .fenced(.oldestPacked)
        case .ownMissing: .fenced(.oldest)
        case .whole, .packed, .bothPackedNamed, .bothOwnNamed, .bothPackedNamedDamaged, .bothOwnNamedDamaged: nil
        }
    }

    private var byNewest: Decision? {
        switch newest {
        case .unnamedWithoutCheckpoint: .fenced(.newest)
        case .unnamedUnreadable: isSealTorn ? nil : .fenced(.newest)
        // A segment that can be read was begun behind a seal: the one before it lost its end.
        case .followedBySegment: .fenced(.newest)
        case .named, .unnamed, .unnamedBlank, .unnamedEmpty, .followedByBlank, .followedByEmpty, .followedByUnreadable:
            nil
        }
    }

    private var byWatermark: Decision? {
        switch watermark {
        case .manifest where isNewestNamed: .fenced(.newest)
        // A manifest from before the roll says nothing of the segment after it.
        case .manifest, .nobody: nil
        // A frame cannot vouch for more than what was before it: it is no valid frame, so X lies before it, and its header
        // is one after X that claims more.
        case .earlierFrame, .laterHeader: .fenced(.newest)
        }
    }

    private var byUnknownFrame: Decision? { tail == .unknownFrame ? .unknown : nil }

    private var byOtherForm: Decision? {
        switch sealed {
        case .bothPackedNamedDamaged: .fenced(.oldestPacked)
        case .bothOwnNamedDamaged: .fenced(.oldest)
        default: nil
        }
    }

    private var isCut: Bool {
        switch tail {
        case .zeros, .earlierLife, .unknownFrame: isSealTorn
        case .tornHeader, .tornPayload, .garbage, .badPayloadChecksum: true
        }
    }

    private var setsAside: Bool {
        switch newest {
        case .unnamedUnreadable, .unnamedBlank, .unnamedEmpty: true
        case .followedByBlank, .followedByEmpty, .followedByUnreadable: true
        case .named, .unnamed, .unnamedWithoutCheckpoint, .followedBySegment: false
        }
    }
}

// MARK: - What follows from it

extension RecoveryRow {
    /// Whether some manifest, not only the one that holds, names the newest segment.
    var isNewestEverNamed: Bool {
        switch newest {
        case .named, .followedByBlank, .followedByEmpty, .followedByUnreadable, .followedBySegment: true
        case .unnamed, .unnamedWithoutCheckpoint, .unnamedUnreadable, .unnamedBlank, .unnamedEmpty: false
        }
    }

    /// Whether the manifest that holds names the newest segment.
    private var isNewestNamed: Bool {
        isNewestEverNamed && manifests != .newerTorn && manifests != .newerMissing
    }

    /// Whether the newest file holds nothing that can be read: then X is at the end of the segment before.
    var isNewestLost: Bool {
        newest == .unnamedUnreadable || newest == .unnamedBlank || newest == .unnamedEmpty
    }

    /// Whether X is where the seal of the segment before was.
    var isSealTorn: Bool { isNewestLost && (sealed == .shortened || sealed == .sealDamaged) }

    /// Whether the manifest names the packed form of the oldest segment.
    var namesPacked: Bool {
        switch sealed {
        case .packed, .packedShortened, .packedLengthened, .packedHeaderDamaged, .packedIndexDamaged, .packedMissing,
            .bothPackedNamed, .bothPackedNamedDamaged:
            true
        default: false
        }
    }

    /// Whether the packed form of the oldest segment is there.
    var hasPackedFile: Bool {
        namesPacked && sealed != .packedMissing || sealed == .ownMissing || sealed == .bothOwnNamed
            || sealed == .bothOwnNamedDamaged
    }

    /// Whether the oldest segment's own file is there.
    var hasOwnFile: Bool {
        switch sealed {
        case .packed, .packedShortened, .packedLengthened, .packedHeaderDamaged, .packedIndexDamaged, .ownMissing: false
        default: true
        }
    }

    /// The rows of a tail and of the segments before: the product of all that can meet.
    static func all(_ tail: Tail, _ sealed: Sealed) -> [RecoveryRow] {
        Newest.allCases.flatMap { newest in
            Watermark.allCases.flatMap { watermark in
                Manifests.allCases.map {
                    RecoveryRow(tail: tail, watermark: watermark, sealed: sealed, newest: newest, manifests: $0)
                }
            }
        }.filter(\.isTried)
    }

    static var all: [RecoveryRow] {
        Tail.allCases.flatMap { tail in Sealed.allCases.flatMap { all(tail, $0) } }
    }

    /// Whether it adds something: two faults may hide one another, of three the first two decide. What stands at X is
    /// tried in full where X decides, and with two of its states where it must not.
    private var isTried: Bool {
        let faults = (sealed == .whole ? 0 : 1) + (newest == .named ? 0 : 1) + (manifests == .both ? 0 : 1)
        if faults > 2 { return false }
        let isPlain = tail == .zeros && watermark == .nobody
        // In a file that is lost there is nothing.
        if isNewestLost { return isPlain }
        let isDecidedBeforeX = (byManifests ?? bySealed ?? byNewest) != nil
        return !isDecidedBeforeX || isPlain || tail == .tornPayload && watermark == .laterHeader
    }
}
