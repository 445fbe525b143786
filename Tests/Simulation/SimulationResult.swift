/// What a run that found nothing did.
public struct SimulationResult: Sendable, Equatable {
    /// How many steps there were.
    public var steps = 0
    /// How often the process was killed.
    public var kills = 0
    /// How often the power failed.
    public var powerCuts = 0
    /// How many events were published.
    public var published = 0
    /// How many times an event was handed out.
    public var delivered = 0
    /// How many ranges of events were given up in the middle of a log.
    public var gaps = 0
    /// How many segments were packed.
    public var packed = 0
    /// How many times a log went on in a file of its reserve.
    public var reserveRolls = 0
    /// How many settle requests succeeded on a full disk.
    public var settledWhenFull = 0
    /// How many events the retention took from a broker that ran.
    public var expired = 0
    /// Copies that were made at a dead-letter destination.
    public var deadLettered = 0
    /// Requests to endpoints.
    public var pushed = 0
    /// How many times an event was handed out that is older than its subscription.
    public var replayed = 0
    /// How many times a receiver that waited was woken.
    public var woken = 0
    /// The same for the same seed, else the run depends on something that the seed does not decide.
    public var digest: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// Kills and power cuts.
    public var crashes: Int { kills + powerCuts }

    /// What a run must reach to prove anything, by name.
    public var paths: KeyValuePairs<String, Int> {
        [
            "gaps": gaps, "packed segments": packed, "reserve rolls": reserveRolls,
            "settled on a full disk": settledWhenFull, "expired": expired, "dead-lettered": deadLettered,
            "pushed": pushed,
            "replayed": replayed, "woken": woken,
        ]
    }

    /// Adds what another run did.
    public mutating func add(_ other: SimulationResult) {
        gaps += other.gaps
        packed += other.packed
        reserveRolls += other.reserveRolls
        settledWhenFull += other.settledWhenFull
        expired += other.expired
        deadLettered += other.deadLettered
        pushed += other.pushed
        replayed += other.replayed
        woken += other.woken
        steps += other.steps
        kills += other.kills
        powerCuts += other.powerCuts
        published += other.published
        delivered += other.delivered
        digest = digest &* 31 &+ other.digest
    }
}
