/// The event that `gridlog bench` publishes: all alike but for the number at the end of the id.
struct BenchEvent: Sendable {
    /// The event as JSON, with zeros for its number.
    let text: String
    /// Bytes of ``text``.
    let bytes: Int
    /// Where the number's digits begin in ``text``.
    let digitsOffset: Int

    /// An event of `bytes` bytes, at least ``bytesMin``, whose ids begin with the name of the run.
    init(run: String, bytes: Int, time: String = "2026-01-02T03:04:05.678901Z") {
        let start = #"{"specversion":"1.0","id":"\#(run)-"#
        let digits = String(repeating: "0", count: PublishRequest.digits)
        let middle = #"","source":"/gridlog/bench","type":"gridlog.bench.v1","time":"\#(time)","data":{"text":""#
        let end = #""}}"#
        let envelope = start.utf8.count + digits.utf8.count + middle.utf8.count + end.utf8.count
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz012345".utf8)
        let filler = (0..<max(0, bytes - envelope)).map { alphabet[$0 % alphabet.count] }
        text = start + digits + middle + String(decoding: filler, as: UTF8.self) + end
        self.bytes = envelope + filler.count
        digitsOffset = start.utf8.count
    }

    /// Bytes of an event without any text, with a name as ``BenchTarget/newName()`` makes it.
    static let bytesMin = BenchEvent(run: BenchTarget.newName(), bytes: 0).bytes
}
