import Testing

@testable import GridlogServer

@Suite struct ResourcePathTests {
    struct Form {
        let path: String
        var topic: String?
        var subscription: String?
        var isCollection = false
        var operation: String?

        init(
            _ path: String, topic: String? = nil, subscription: String? = nil, isCollection: Bool = false,
            operation: String? = nil
        ) {
            self.path = path
            self.topic = topic
            self.subscription = subscription
            self.isCollection = isCollection
            self.operation = operation
        }
    }

    @Test(arguments: [
        Form("/topics", isCollection: true),
        Form("/topics/", isCollection: true),
        Form("/topics?$top=3", isCollection: true),
        Form("/ns1/topics", isCollection: true),
        Form("/topics/orders", topic: "orders"),
        Form("//topics//orders/", topic: "orders"),
        Form("/topics/orders:publish?api-version=2024-06-01", topic: "orders", operation: "publish"),
        Form("/ns1/TOPICS/orders:Publish", topic: "orders", operation: "Publish"),
        Form("/topics/orders%3Apublish", topic: "orders", operation: "publish"),
        Form("/topics/to%20p%2F1:publish", topic: "to p/1", operation: "publish"),
        Form("/topics/orders:", topic: "orders", operation: ""),
        Form("/topics/orders/eventSubscriptions", topic: "orders", isCollection: true),
        Form("/topics/orders/eventsubscriptions/billing", topic: "orders", subscription: "billing"),
        Form(
            "/ns/topics/orders/EventSubscriptions/billing/Events?top=1", topic: "orders", subscription: "billing",
            isCollection: true),
        Form("/topics/a/eventsubscriptions/topics/events", topic: "a", subscription: "topics", isCollection: true),
        Form("/topics/events", topic: "events"),
        Form(
            "/ns/topics/orders/eventSubscriptions/billing/getFullUrl?api-version=1", topic: "orders",
            subscription: "billing", operation: "getFullUrl"),
        Form(
            "/topics/orders/eventSubscriptions/billing/GETDELIVERYATTRIBUTES/", topic: "orders",
            subscription: "billing", operation: "GETDELIVERYATTRIBUTES"),
        Form(
            "/topics/orders/eventSubscriptions/billing/validate?code=1", topic: "orders", subscription: "billing",
            operation: "validate"),
        Form("/topics/orders/eventsubscriptions/validate", topic: "orders", subscription: "validate"),
        Form("/topics/a/eventsubscriptions/topics/validate", topic: "a", subscription: "topics", operation: "validate"),
        Form(
            "/a/b/topics/orders/eventSubscriptions/billing:renewLock", topic: "orders", subscription: "billing",
            operation: "renewLock"),
        Form("/topics/orders/eventsubscriptions/b%69lling", topic: "orders", subscription: "billing"),
        Form("/topics/topics", topic: "topics"),
        Form("/topics/eventsubscriptions", topic: "eventsubscriptions"),
        Form("/topics/topics/eventsubscriptions/topics", topic: "topics", subscription: "topics"),
        Form("http://h:6500/topics/orders", topic: "orders"),
    ])
    func everyFormIsReadFromItsEnd(_ form: Form) throws {
        let path = try #require(ResourcePath(path: Substring(form.path)))
        #expect(path.topic == form.topic)
        #expect(path.subscription == form.subscription)
        #expect(path.isCollection == form.isCollection)
        #expect(path.operation.map { String($0) } == form.operation)
    }

    @Test(arguments: [
        "", "/", "/health/live", "/topic/orders", "/topics/orders/other", "/topics/orders/eventsubscriptions/s/event",
        "/orders/eventsubscriptions/s/events", "/topics/orders/eventsubscriptions/s/receive",
        "/topics/orders/eventsubscriptions/s/redrive", "/topics/orders/validate", "/s/validate",
        "/topics/%", "/topics/%4", "/topics/%zz", "/topics/%ff", "/topics/%/eventsubscriptions/s", "/?/topics",
    ])
    func whatNamesNoResourceIsNoPath(_ path: String) {
        #expect(ResourcePath(path: Substring(path)) == nil)
    }

    @Test(arguments: Operation.allCases)
    func operationsAreFoundInWhateverCase(_ operation: Operation) throws {
        let resource = operation == .publish ? "/topics/t" : "/topics/t/eventsubscriptions/s"
        for word in [operation.rawValue, operation.rawValue.uppercased(), operation.rawValue.lowercased()] {
            #expect(ResourcePath(path: "\(resource):\(word)")?.dataPlaneOperation == operation)
        }
        let other = operation == .publish ? "/topics/t/eventsubscriptions/s" : "/topics/t"
        #expect(ResourcePath(path: "\(other):\(operation.rawValue)")?.dataPlaneOperation == nil)
        #expect(Operation(Substring(operation.rawValue + "s")) == nil)
    }

    @Test func queryNamesAreFoundInWhateverCaseAndValuesAreDecoded() {
        let query = QueryParameters(path: "/topics?a&api-Version=2024-06-01&%24top=5&aeg-sas-key=a%2Bb%2f%3D+=&x=%zz")
        #expect(query["api-version"] == "2024-06-01")
        #expect(query["$top"] == "5")
        #expect(query["aeg-sas-key"] == "a+b/=+=")
        #expect(query["a"] == "")
        #expect(query["x"] == "%zz")
        #expect(query["top"] == nil)
        #expect(QueryParameters(path: "/x?dryRun=TRUE")["dryrun"] == "TRUE")
        #expect(QueryParameters(path: "/topics")["a"] == nil)
    }

    @Test func wordsOfAQueryAreTrueOrFalse() throws {
        #expect(try QueryParameters(path: "/x?dryRun=True").boolean("dryrun") == true)
        #expect(try QueryParameters(path: "/x?dryRun=false").boolean("dryrun") == false)
        #expect(try QueryParameters(path: "/x").boolean("dryrun") == nil)
        for wrong in ["1", "yes", ""] {
            #expect(throws: ErrorAnswer.self) { try QueryParameters(path: "/x?dryRun=\(wrong)").boolean("dryrun") }
        }
    }
}
