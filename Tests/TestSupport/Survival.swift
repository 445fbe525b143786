/// What a power cut leaves of what was not synced.
public struct Survival: Sendable {
    private enum Rule {
        case everything
        case nothing
        /// Each part is kept with a chance of `chance` in 8; every fourth of the rest is torn.
        case some(chance: UInt64)
        /// In the order of offsets, all up to one place.
        case first(parts: Int)
    }

    private let rule: Rule
    private var random: SeededRandom
    private var partsSeen = 0

    private init(_ rule: Rule, _ random: SeededRandom = SeededRandom(seed: 0)) {
        self.rule = rule
        self.random = random
    }

    /// Nothing was lost: the power failed after the disk had written all.
    public static var everything: Survival { Survival(.everything) }
    /// Everything that was not synced is lost.
    public static var nothing: Survival { Survival(.nothing) }

    /// A mixture that depends on the seed alone: each 512-byte sector is kept, dropped or torn.
    public static func seeded(_ seed: UInt64) -> Survival {
        var random = SeededRandom(seed: seed)
        let rule: Rule =
            switch random.next(upperBound: UInt64(8)) {
            case 0: .everything
            case 1: .nothing
            case 2, 3: .first(parts: Int(random.next(upperBound: UInt64(12))))
            default: .some(chance: random.next(upperBound: UInt64(7)) + 1)
            }
        return Survival(rule, random)
    }

    /// Whether one more part, in order, is kept.
    private mutating func keeps() -> Bool {
        partsSeen += 1
        switch rule {
        case .everything: return true
        case .nothing: return false
        case .some(let chance): return random.chance(chance, in: 8)
        case .first(let parts): return partsSeen <= parts
        }
    }

    mutating func keepsLength() -> Bool {
        switch rule {
        case .everything: true
        case .nothing: false
        case .some, .first: random.chance(1, in: 2)
        }
    }

    /// Which bytes of a dirty sector reach the platter.
    mutating func keptPart(of sector: Range<Int>) -> Range<Int> {
        if keeps() { return sector }
        guard case .some = rule, random.chance(1, in: 4) else { return sector.lowerBound..<sector.lowerBound }
        let cut = Int.random(in: sector, using: &random)
        return random.chance(1, in: 2) ? sector.lowerBound..<cut : cut..<sector.upperBound
    }

    /// Which of the unsynced changes to a directory survive. What depends on a change that was lost is lost too: a change to
    /// a name never survives an earlier change to the same name.
    mutating func keptChanges(_ changes: [SimulatedDirectory.Change]) -> [SimulatedDirectory.Change] {
        // A journal keeps the order over all names; about half of the cuts follow one.
        let isJournaled = random.chance(1, in: 2)
        var lost: Set<String> = []
        var kept: [SimulatedDirectory.Change] = []
        for change in changes {
            if keeps(), lost.isDisjoint(with: change.names), !(isJournaled && !lost.isEmpty) {
                kept.append(change)
            } else {
                lost.formUnion(change.names)
            }
        }
        return kept
    }
}
