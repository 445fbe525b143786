import NIOHTTP1
import Testing

@testable import GridlogServer

/// Filters of an event subscription as they are sent, and what is wrong with them.
@Suite struct FilterResourceTests {
    private let path = "/topics/orders/eventSubscriptions/billing"

    private func body(_ filters: String) -> String {
        #"{"properties":{"filtersConfiguration":{"filters":[\#(filters)]}}}"#
    }

    @Test(arguments: [
        #"{"operatorType":"NumberIn","key":"data.n","values":[1,2.5]}"#,
        #"{"operatorType":"NumberNotIn","key":"data.n","values":[9007199254740993]}"#,
        #"{"operatorType":"NumberLessThan","key":"data.n","value":1}"#,
        #"{"operatorType":"NumberLessThanOrEquals","key":"data.n","value":1}"#,
        #"{"operatorType":"NumberGreaterThan","key":"data.n","value":-1}"#,
        #"{"operatorType":"NumberGreaterThanOrEquals","key":"data.n","value":0.5}"#,
        #"{"operatorType":"NumberInRange","key":"data.n","values":[[1,2],[3.5,4.5]]}"#,
        #"{"operatorType":"NumberNotInRange","key":"data.n","values":[[1,1]]}"#,
        #"{"operatorType":"BoolEquals","key":"data.b","value":true}"#,
        #"{"operatorType":"StringContains","key":"subject","values":["a"]}"#,
        #"{"operatorType":"StringBeginsWith","key":"subject","values":["a","b"]}"#,
        #"{"operatorType":"StringEndsWith","key":"subject","values":["a"]}"#,
        #"{"operatorType":"StringNotContains","key":"subject","values":["a"]}"#,
        #"{"operatorType":"StringNotBeginsWith","key":"subject","values":["a"]}"#,
        #"{"operatorType":"StringNotEndsWith","key":"subject","values":["a"]}"#,
        #"{"operatorType":"StringIn","key":"myext","values":["a"]}"#,
        #"{"operatorType":"StringNotIn","key":"subject","values":["a"]}"#,
        #"{"operatorType":"IsNullOrUndefined","key":"data.x.y"}"#,
        #"{"operatorType":"IsNotNull","key":"subject"}"#,
    ])
    func everyOperatorComesBackAsItWasSentAlsoAfterAPatchOfAnotherSetting(_ filter: String) async throws {
        let sent = try JSONValue(parsing: Array(filter.utf8))
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            #expect(try await server.send(.PUT, path, body(filter)).status == 201)
            let patch = #"{"properties":{"deliveryConfiguration":{"queue":{"maxDeliveryCount":3}}}}"#
            #expect(try await server.send(.PATCH, path, patch).status == 200)
            let shown = try await server.send(.GET, path).document
            #expect(shown["properties"]?["filtersConfiguration"]?["filters"] == .array([sent]))
        }
    }

    @Test(arguments: [
        (#"{"key":"x"}"#, "filters[0].operatorType' is missing"),
        (
            #"{"operatorType":"StringLike","key":"x","values":["a"]}"#,
            "filters[0].operatorType' is 'StringLike'; it must be one of"
        ),
        (#"{"operatorType":"stringIn","key":"x","values":["a"]}"#, "it must be one of"),
        (#"{"operatorType":"StringIn","values":["a"]}"#, "filters[0].key' is missing"),
        (#"{"operatorType":"StringIn","key":"x"}"#, "it needs at least one value"),
        (#"{"operatorType":"StringIn","key":"x","values":[]}"#, "it needs at least one value"),
        (#"{"operatorType":"StringIn","key":"x","values":[1]}"#, "filters[0].values[0]' must be a string"),
        (#"{"operatorType":"StringIn","key":"x","values":[null]}"#, "filters[0].values[0]' is missing"),
        (#"{"operatorType":"StringIn","key":"x","value":"a"}"#, "filters[0].value' is not supported"),
        (#"{"operatorType":"StringIn","key":"X.y","values":["a"]}"#, "its key must be an attribute"),
        (#"{"operatorType":"StringIn","key":"data..y","values":["a"]}"#, "its key must be an attribute"),
        (#"{"operatorType":"StringIn","key":"","values":["a"]}"#, "its key must be an attribute"),
        (#"{"operatorType":"NumberIn","key":"data.n","values":["1"]}"#, "filters[0].values[0]' must be a number"),
        (#"{"operatorType":"NumberLessThan","key":"data.n"}"#, "filters[0].value' is missing; it must be a number"),
        (#"{"operatorType":"NumberLessThan","key":"data.n","values":[1]}"#, "compares with one 'value'"),
        (#"{"operatorType":"NumberInRange","key":"data.n","values":[1,2]}"#, "values[0]' must be a range"),
        (#"{"operatorType":"NumberInRange","key":"data.n","values":[[2,1]]}"#, "the lower one first"),
        (#"{"operatorType":"NumberInRange","key":"data.n","values":[[1,2,3]]}"#, "must be a range of two numbers"),
        (#"{"operatorType":"BoolEquals","key":"data.b","value":"true"}"#, "filters[0].value' must be true or false"),
        (#"{"operatorType":"IsNotNull","key":"data.b","value":1}"#, "compares with nothing"),
        (#"{"operatorType":"IsNotNull","key":"data.b","other":1}"#, "filters[0].other' is not known here"),
        (#""StringIn""#, "filters[0]' must be an object"),
    ])
    func whatIsWrongWithAFilterIsNamed(_ filter: String, _ message: String) async throws {
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            let refused = try await server.send(.PUT, path, body(filter))
            #expect(refused.status == 400)
            #expect(try refused.errorMessage.contains(message))
            #expect(try await server.send(.GET, path).status == 404)
        }
    }

    @Test func limitsOfFiltersValuesAndTextsAreKept() async throws {
        func strings(_ count: Int, length: Int = 1) -> String {
            let value = "\"" + String(repeating: "é", count: length) + "\""
            let values = Array(repeating: value, count: count).joined(separator: ",")
            return #"{"operatorType":"StringIn","key":"subject","values":[\#(values)]}"#
        }
        func many(_ filter: String, _ count: Int) -> String {
            Array(repeating: filter, count: count).joined(separator: ",")
        }
        let notNull = #"{"operatorType":"IsNotNull","key":"subject"}"#
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            for accepted in [many(notNull, 25), strings(25), strings(12) + "," + strings(13), strings(1, length: 512)] {
                #expect(try await server.send(.PUT, path, body(accepted)).status < 300)
            }
            for (refused, message) in [
                (many(notNull, 26), "There are 26 filters; at most 25"), (strings(26), "have 26 values together"),
                (strings(12) + "," + strings(14), "have 26 values together"),
                (strings(1, length: 513), "longer than 512 characters"),
            ] {
                let answer = try await server.send(.PUT, path, body(refused))
                #expect(answer.status == 400)
                #expect(try answer.errorMessage.contains(message))
            }
        }
    }

    @Test func explainSaysWhichFilterRefusedAnEvent() async throws {
        let filters =
            #"{"operatorType":"NumberGreaterThan","key":"data.total","value":10},"#
            + #"{"operatorType":"StringIn","key":"data.country","values":["DE","FR"]}"#
        let event = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"total":12,"country":"at"}}"#
        try await TestServer.run { server in
            _ = try await server.send(.PUT, "/topics/orders")
            #expect(try await server.send(.PUT, path, body(filters)).status == 201)
            let expected = try JSONValue(
                parsing: Array(
                    #"""
                    {"matched":false,"conditions":[
                    {"operatorType":"NumberGreaterThan","key":"data.total","values":[10],"found":12,"matched":true},
                    {"operatorType":"StringIn","key":"data.country","values":["DE","FR"],"found":"at","matched":false}]}
                    """#.utf8))
            #expect(try await server.send(.POST, path + ":explain", event).document == expected)

            #expect(try await server.send(.POST, path + ":explain", #"{"sequence":1}"#).status == 404)
            #expect(
                try await server.send(
                    .POST, "/topics/orders:publish", event, headers: [("content-type", "application/cloudevents+json")]
                ).status == 200)
            #expect(try await server.send(.POST, path + ":explain", #"{"sequence":1}"#).document == expected)
            // The filter of its time, not the one that is in force now.
            #expect(try await server.send(.PUT, path).status == 200)
            #expect(try await server.send(.POST, path + ":explain", #"{"sequence":1}"#).document == expected)
            let now = try await server.send(.POST, path + ":explain", event).document
            #expect(now["matched"] == .bool(true))

            for (body, status) in [
                ("", 400), ("[]", 400), ("{}", 400), ("x", 400), (#"{"sequence":0}"#, 400), (#"{"sequence":"1"}"#, 400),
                (#"{"sequence":2}"#, 404),
            ] {
                #expect(try await server.send(.POST, path + ":explain", body).status == status, "\(body)")
            }
            #expect(try await server.send(.GET, path + ":explain").status == 405)
            #expect(try await server.send(.POST, "/topics/orders:explain", event).status == 404)
            #expect(try await server.send(.POST, path + "x:explain", event).status == 404)
        }
    }
}
