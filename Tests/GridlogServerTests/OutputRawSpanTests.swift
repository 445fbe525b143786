import NIOCore
import Testing

@testable import GridlogServer

@Suite struct OutputRawSpanTests {
    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345, Int.max])
    func numbersAreWrittenAsTheyAreRead(_ number: Int) {
        var buffer = ByteBuffer(string: "x")
        buffer.writeWithOutputRawSpan(minimumWritableBytes: 24) { $0.append(decimal: number) }
        #expect(String(buffer: buffer) == "x\(number)")
    }

    @Test func bytesAndTextsFollowOneAnother() {
        let bytes = Array("bytes".utf8)
        var buffer = ByteBuffer()
        buffer.writeWithOutputRawSpan(minimumWritableBytes: 16) { output in
            output.append("text ")
            output.append(bytes.span.bytes)
            output.append("")
        }
        #expect(String(buffer: buffer) == "text bytes")
    }

    @Test func moreThanThereIsRoomForEndsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            let bytes = [UInt8](repeating: 0, count: 1 << 20)
            var buffer = ByteBuffer()
            buffer.writeWithOutputRawSpan(minimumWritableBytes: 16) { $0.append(bytes.span.bytes) }
        }
    }
}
