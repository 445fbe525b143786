public import ArgumentParser
public import GridlogServer

extension AddressRange: ExpressibleByArgument {
    /// - Returns: nil when the text is no address and no range.
    public init?(argument: String) {
        do {
            try self.init(argument)
        } catch {
            return nil
        }
    }

    /// Ranges with commas between; nil when one of them is none.
    static func all(in list: String) -> [AddressRange]? {
        let texts = list.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }
        let ranges = texts.compactMap { AddressRange(argument: String($0)) }
        return ranges.count == texts.count ? ranges : nil
    }
}
