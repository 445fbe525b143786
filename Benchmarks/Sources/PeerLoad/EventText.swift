/// The event that everyone is given: a CloudEvent of exactly `size` bytes. To Gridlog it is an event, to the others a payload.
func eventText(size: Int) -> [UInt8] {
    let head =
        #"{"specversion":"1.0","id":"event-00000001","source":"/bench/peers","type":"com.example.bench.v1","#
        + #""time":"2026-01-02T03:04:05.678901Z","data":{"n":1,"text":""#
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz012345".utf8)
    var text = Array(head.utf8)
    let end = Array(#""}}"#.utf8)
    while text.count < size - end.count { text.append(alphabet[text.count % alphabet.count]) }
    return text + end
}
