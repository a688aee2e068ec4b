import ArgumentParser

/// A number of bytes on the command line: `512MB`, `2GB`, `1000000`. Units are decimal.
struct ByteCount: ExpressibleByArgument {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    var defaultValueDescription: String { "\(bytes)" }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let units = [
            "": 1, "B": 1, "K": 1000, "KB": 1000, "M": 1_000_000, "MB": 1_000_000, "G": 1_000_000_000,
            "GB": 1_000_000_000,
        ]
        guard let unit = units[argument.dropFirst(digits.count).uppercased()] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
}
