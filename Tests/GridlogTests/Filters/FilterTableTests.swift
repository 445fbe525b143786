import Testing

@testable import Gridlog

/// The table of contract section 4, with decisions 21 to 24: what each operator says of a value that is there, of another type,
/// missing, `null`, or an array.
struct FilterTableTests {
    /// The columns of the table below.
    private static let columns: [(name: String, members: String)] = [
        ("5", #""data":{"v":5}"#), ("7.5", #""data":{"v":7.5}"#), ("blue", #""data":{"v":"BLUE"}"#),
        ("blueish", #""data":{"v":"Blueish"}"#), ("text 5", #""data":{"v":"5"}"#), ("true", #""data":{"v":true}"#),
        ("false", #""data":{"v":false}"#), ("missing", #""data":{}"#), ("no data", ""), ("null", #""data":{"v":null}"#),
        ("[]", #""data":{"v":[]}"#), ("[5]", #""data":{"v":[1,5]}"#), ("[blue]", #""data":{"v":[3,"red","Blue"]}"#),
        ("[null]", #""data":{"v":[null]}"#), ("[true]", #""data":{"v":[true]}"#), ("object", #""data":{"v":{"w":5}}"#),
        ("[object]", #""data":{"v":[{"w":5}]}"#), ("[[5]]", #""data":{"v":[[5]]}"#),
    ]

    /// For each condition the columns that match; all others do not.
    private static let rows: [(condition: FilterCondition, matching: Set<String>)] = {
        let all = Set(columns.map(\.name))
        let absent: Set = ["missing", "no data", "null"]
        let fives: Set = ["5", "[5]"]
        let blues: Set = ["blue", "[blue]"]
        let anyBlue = blues.union(["blueish"])
        let key = "data.v"
        return [
            (FilterCondition(.numberIn, key, numbers: "4", "5"), fives),
            (FilterCondition(.numberNotIn, key, numbers: "4", "5"), all.subtracting(fives)),
            (FilterCondition(.numberLessThan, key, number: "5"), ["[5]", "[blue]"]),
            (FilterCondition(.numberLessThanOrEquals, key, number: "5.0"), ["5", "[5]", "[blue]"]),
            (FilterCondition(.numberGreaterThan, key, number: "4"), ["5", "7.5", "[5]"]),
            (FilterCondition(.numberGreaterThan, key, number: "5"), ["7.5"]),
            (FilterCondition(.numberGreaterThanOrEquals, key, number: "5"), ["5", "7.5", "[5]"]),
            (FilterCondition(.numberInRange, key, ranges: ("5", "6"), ("7", "7.5")), ["5", "7.5", "[5]"]),
            (
                FilterCondition(.numberNotInRange, key, ranges: ("5", "6"), ("7", "7.5")),
                all.subtracting(["5", "7.5", "[5]"])
            ),
            (FilterCondition(.boolEquals, key, .boolean(true)), ["true", "[true]"]),
            (FilterCondition(.boolEquals, key, .boolean(false)), ["false"]),
            (FilterCondition(.stringIn, key, strings: "x", "blUe"), blues),
            (FilterCondition(.stringNotIn, key, strings: "x", "blUe"), all.subtracting(blues)),
            (FilterCondition(.stringBeginsWith, key, strings: "BL", "x"), anyBlue),
            (FilterCondition(.stringEndsWith, key, strings: "ue"), blues),
            (FilterCondition(.stringContains, key, strings: "LU", "zz"), anyBlue),
            (FilterCondition(.stringNotBeginsWith, key, strings: "bl"), all.subtracting(anyBlue).subtracting(absent)),
            (FilterCondition(.stringNotEndsWith, key, strings: "UE"), all.subtracting(blues).subtracting(absent)),
            (FilterCondition(.stringNotContains, key, strings: "lu"), all.subtracting(anyBlue).subtracting(absent)),
            (FilterCondition(.stringIn, key, strings: "5"), ["text 5"]),
            (FilterCondition(.isNullOrUndefined, key), absent),
            (FilterCondition(.isNotNull, key), all.subtracting(absent)),
        ]
    }()

    @Test(arguments: rows.indices) func eachOperatorMatchesWhatTheTableSays(_ row: Int) throws {
        let (condition, matching) = Self.rows[row]
        for (name, members) in Self.columns {
            let matches = try FilteredEvent(members).matches(condition)
            #expect(
                matches == matching.contains(name),
                "\(condition.operatorType.rawValue) \(condition.operand) of \(name): \(String(describing: matches))")
        }
    }

    @Test func theTableHasEveryOperator() {
        #expect(Set(Self.rows.map(\.condition.operatorType)) == Set(FilterOperator.allCases))
    }

    /// Decision 21: numbers and booleans are texts in attributes and extensions, and number operators see JSON numbers.
    @Test(
        arguments: [
            (FilterCondition(.stringBeginsWith, "level", strings: "5"), true),
            (FilterCondition(.stringIn, "urgent", strings: "TRUE"), true),
            (FilterCondition(.numberIn, "level", numbers: "55"), true),
            (FilterCondition(.numberIn, "digits", numbers: "55"), false),
            (FilterCondition(.boolEquals, "urgent", .boolean(true)), true),
            (FilterCondition(.boolEquals, "yes", .boolean(true)), false),
            (FilterCondition(.stringIn, "type", strings: "ORDER.placed"), true),
            (FilterCondition(.stringEndsWith, "source", strings: "/7"), true),
            (FilterCondition(.stringContains, "id", strings: "-"), true),
            (FilterCondition(.stringIn, "specversion", strings: "1.0"), true),
            (FilterCondition(.stringIn, "subject", strings: "orders/9"), true),
            (FilterCondition(.stringBeginsWith, "time", strings: "2026-"), true),
            (FilterCondition(.stringIn, "datacontenttype", strings: "application/json"), true),
            (FilterCondition(.isNullOrUndefined, "dataschema"), true),
            (FilterCondition(.isNotNull, "level"), true),
            (FilterCondition(.stringNotIn, "nothing", strings: "a"), true),
            (FilterCondition(.stringNotContains, "nothing", strings: "a"), false),
        ] as [(FilterCondition, Bool)])
    func attributesAndExtensionsAreComparedAsTheirText(_ row: (condition: FilterCondition, matches: Bool)) throws {
        let event = try FilteredEvent(
            #"""
            "data":{"level":"no","subject":"no"},"subject":"Orders\/9","time":"2026-01-02T03:04:05Z","level":55,
            "urgent":true,"digits":"55","yes":"true","datacontenttype":"application/json"
            """#)
        #expect(event.matches(row.condition) == row.matches)
    }

    @Test(arguments: [
        ("data.a.b", #"{"a":{"b":"x"}}"#, true), ("data.a.b", #"{"a":{"c":{"b":"x"}}}"#, false),
        ("data.a.b", #"{"a":"x"}"#, false), ("data.a.b", #"{"a":[{"b":"x"}]}"#, false), ("data", #""x""#, true),
        ("data.é", #"{"é":"x"}"#, true), ("data.a", #"{"\u0061":"\u0078"}"#, true), ("data.A", #"{"a":"x"}"#, false),
        ("data.a", #"{"z":{"a":"y"},"a":"x"}"#, true), ("data.a", #"["x"]"#, false), ("data", #"["y","x"]"#, true),
        ("data.a b", #"{"a b":"x"}"#, true),
    ])
    func aPathLeadsThroughObjectsOnly(_ row: (key: String, data: String, matches: Bool)) throws {
        let event = try FilteredEvent(#""data":\#(row.data)"#)
        #expect(event.matches(FilterCondition(.stringIn, row.key, strings: "x")) == row.matches)
    }

    @Test(arguments: [
        ("GRÖSSE", "größe", false), ("GRÖSSE", "GRÖßE", false), ("größe", "GRÖßE", true), ("K", "\u{212A}", true),
        ("ΑΣ", "ας", false), ("ΑΣ", "ασ", true), ("İ", "i̇", false),
    ])
    func lettersAreComparedByTheirSimpleLowerCase(_ row: (value: String, event: String, matches: Bool)) throws {
        let event = try FilteredEvent(#""data":{"v":"\#(row.event)"}"#)
        #expect(event.matches(FilterCondition(.stringIn, "data.v", strings: row.value)) == row.matches)
    }

    /// Whole numbers beyond 2^53 are not what `Double` makes of them.
    @Test(arguments: [
        ("9007199254740993", "9007199254740992", false), ("9007199254740993", "9007199254740993", true),
        ("1e2", "100", true),
        ("-0", "0", true), ("1.0", "1", true), ("9223372036854775807", "9223372036854775807", true),
        ("9223372036854775808", "9223372036854775807", false), ("1e400", "5", false), ("0.1", "0.1", true),
    ])
    func numbersAreComparedExactly(_ row: (event: String, value: String, matches: Bool)) throws {
        let event = try FilteredEvent(#""data":{"v":\#(row.event)}"#)
        #expect(event.matches(FilterCondition(.numberIn, "data.v", numbers: row.value)) == row.matches)
    }

    @Test func everyFilterAndOneOfTheTypesMustMatch() throws {
        let event = try FilteredEvent(#""subject":"a","data":{"n":1}"#)
        let subject = FilterCondition(.stringIn, "subject", strings: "a")
        let number = FilterCondition(.numberIn, "data.n", numbers: "1")
        let other = FilterCondition(.numberIn, "data.n", numbers: "2")
        #expect(event.matches() == true)
        #expect(event.matches(subject, number) == true)
        #expect(event.matches(subject, other) == false)
        #expect(event.matches(other, subject) == false)
        #expect(event.matches(subject, types: ["x", "order.placed"]) == true)
        #expect(event.matches(subject, types: ["x"]) == false)
        #expect(event.matches(other, types: ["order.placed"]) == false)
    }

    @Test func attributesFarIntoALongEventAreFound() throws {
        let event = try FilteredEvent(
            json: #"""
                {"specversion":"1.0","data":"\#(String(repeating: "x", count: 70_000))","id":"1","source":"/s","type":"late",
                "subject":"\#(String(repeating: "y", count: 70_000))z"}
                """#)
        #expect(event.matches(FilterCondition(.stringIn, "type", strings: "late")) == true)
        #expect(event.matches(FilterCondition(.stringEndsWith, "subject", strings: "YZ")) == true)
        #expect(event.matches(FilterCondition(.isNullOrUndefined, "time")) == true)
    }
}
