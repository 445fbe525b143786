/// What came of a run.
struct LoadResult: Sendable {
    /// The measured part.
    var figures = LoadFigures()
    /// The whole run.
    let counts: LoadCounts
    let end: LoadEnd
    /// How long the measured part was.
    let seconds: Double
}

extension LoadResult {
    /// Nothing was measured, because the run before it ended like this.
    init(unmeasured: LoadResult) {
        self.init(counts: LoadCounts(), end: unmeasured.end, seconds: 0)
    }
}
