import ArgumentParser
import NIOCore
import Testing

@testable import GridlogCLI

@Suite struct ExitStatusTests {
    @Test(arguments: [
        (200, 0), (201, 0), (204, 0), (400, 65), (401, 77), (403, 77), (404, 66), (405, 1), (409, 73), (413, 65),
        (415, 65), (429, 75), (500, 1), (503, 75), (507, 75),
    ])
    func httpStatusDecidesTheExitStatus(_ http: Int, _ exit: Int32) {
        #expect(ExitStatus(httpStatus: http).rawValue == exit)
    }

    @Test func everyStatusIsInTheHelp() {
        let help = GridlogCommand.helpMessage()
        for status in ExitStatus.allCases { #expect(help.contains("\(status.rawValue)  \(status.meaning)")) }
    }

    @Test func refusalCarriesTheServersCodeAndMessage() {
        let body = ByteBuffer(string: #"{"error":{"code":"ResourceNotFound","message":"topic 'x' does not exist"}}"#)
        let failure = BrokerClient.refusal(status: 404, body: body)
        #expect(failure == CommandFailure(status: .notFound, message: "ResourceNotFound: topic 'x' does not exist"))
    }

    @Test(arguments: [302, 502]) func refusalWithoutADocumentIsAFailure(_ http: Int) {
        let failure = BrokerClient.refusal(status: http, body: ByteBuffer(string: "<html>"))
        #expect(failure.status == .failure)
        #expect(failure.message.contains("\(http)"))
    }
}
