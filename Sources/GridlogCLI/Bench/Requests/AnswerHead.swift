/// What the load generator reads of an answer's head: the status and `Content-Length`, without any allocation.
struct AnswerHead: Equatable {
    let status: Int
    /// Bytes of the body.
    let length: Int

    /// Reads a head: all bytes up to the empty line, with the end of the last line.
    ///
    /// It is no general HTTP parser: an answer without a length, or with a transfer coding, is an error.
    init(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        guard let status = Self.status(bytes) else { throw Self.failure("it has no status") }
        var length: Int?
        var line = bytes[...]
        while let end = line.firstIndex(of: UInt8(ascii: "\n")) {
            if let value = Self.value(of: line[..<end], named: "content-length") {
                guard length == nil, let number = Self.number(value) else {
                    throw Self.failure("it has no usable Content-Length")
                }
                length = number
            } else if Self.value(of: line[..<end], named: "transfer-encoding") != nil {
                throw Self.failure("it has a transfer coding")
            }
            line = line[(end + 1)...]
        }
        guard let length else { throw Self.failure("it has no Content-Length") }
        self.status = status
        self.length = length
    }

    /// The failure for an answer that cannot be read.
    static func failure(_ reason: String) -> CommandFailure {
        CommandFailure(
            status: .failure, message: "an answer cannot be understood: \(reason); is it a Gridlog server?")
    }

    /// The number in `HTTP/1.1 200 OK`.
    private static func status(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8), bytes[8] == UInt8(ascii: " ") else { return nil }
        return number(bytes[9..<12])
    }

    /// The value of the field in a line, when the line is of that name.
    private static func value(
        of line: Slice<UnsafeRawBufferPointer>, named name: StaticString
    ) -> Slice<UnsafeRawBufferPointer>? {
        let count = name.utf8CodeUnitCount
        guard line.count > count, line[line.startIndex + count] == UInt8(ascii: ":") else { return nil }
        for offset in 0..<count {
            let byte = line[line.startIndex + offset]
            let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            if lower != name.utf8Start[offset] { return nil }
        }
        var value = line[(line.startIndex + count + 1)...]
        while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 || last == 0x0D { value = value.dropLast() }
        return value
    }

    /// A decimal number of at most nine digits, which is all that an answer's length may have.
    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard (1...9).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }
}
