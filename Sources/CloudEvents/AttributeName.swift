/// The members of an event that CloudEvents 1.0.2 defines; the raw value is the name's bit in a set of seen members.
enum AttributeName: UInt16, CaseIterable {
    case id = 1
    case source = 2
    case specversion = 4
    case type = 8
    case subject = 16
    case time = 32
    case datacontenttype = 64
    case dataschema = 128
    case data = 256
    case dataBase64 = 512

    static let required: [AttributeName] = [.id, .source, .specversion, .type]

    /// The name in JSON.
    var text: String {
        switch self {
        case .id: "id"
        case .source: "source"
        case .specversion: "specversion"
        case .type: "type"
        case .subject: "subject"
        case .time: "time"
        case .datacontenttype: "datacontenttype"
        case .dataschema: "dataschema"
        case .data: "data"
        case .dataBase64: "data_base64"
        }
    }

    init?(text: String) {
        guard let name = Self.allCases.first(where: { $0.text == text }) else { return nil }
        self = name
    }

    /// The attribute with the `length` bytes of `low` and `high`, first byte lowest; bytes beyond are not looked at.
    @inline(__always)
    init?(length: Int, low: UInt64, high: @autoclosure () -> UInt64) {
        switch length {
        case 2 where low & 0xFFFF == 0x6469: self = .id
        case 4:
            switch UInt32(truncatingIfNeeded: low) {
            case 0x6570_7974: self = .type
            case 0x656D_6974: self = .time
            case 0x6174_6164: self = .data
            default: return nil
            }
        case 6 where low & 0xFFFF_FFFF_FFFF == 0x6563_7275_6F73: self = .source
        case 7 where low & 0xFF_FFFF_FFFF_FFFF == 0x74_6365_6A62_7573: self = .subject
        case 10 where low == 0x6568_6373_6174_6164 && high() & 0xFFFF == 0x616D: self = .dataschema
        case 11 where low == 0x7372_6576_6365_7073 && high() & 0xFF_FFFF == 0x6E_6F69: self = .specversion
        case 11 where low == 0x7361_625F_6174_6164 && high() & 0xFF_FFFF == 0x34_3665: self = .dataBase64
        case 15 where low == 0x746E_6F63_6174_6164 && high() & 0xFF_FFFF_FFFF_FFFF == 0x65_7079_7474_6E65:
            self = .datacontenttype
        default: return nil
        }
    }
}
