/// One column of a table: how wide it must be, how its values are aligned, and how far it may shrink.
struct TableColumn {
    /// How far columns give way. First the long texts alone; only where that is not enough, also times, addresses and
    /// verbs, of which a part says little.
    private enum Pressure {
        case gentle, hard
    }

    let header: String
    /// Whether a value that is too wide is shortened, or rather breaks the alignment.
    let isCut: Bool
    private(set) var width = 0
    private var widestValue = 0
    private var places = 0
    private var hasNumbers = false
    private var hasOthers = false
    /// A column of doubles gets its number of places once all are seen; until then their widths are unknown.
    private var widestWhole = 0
    private var hasPlainDoubles = false

    init(header: String, isCut: Bool) {
        self.header = header
        self.isCut = isCut
    }

    var isNumeric: Bool { hasNumbers && !hasOthers }

    /// A shortened number would be another number, so only the headers of numbers give way.
    private func narrowest(under pressure: Pressure) -> Int {
        if isNumeric { return min(width, max(widestValue, 8)) }
        return switch pressure {
        case .gentle: min(width, widestValue <= 20 ? max(widestValue, 8) : 12)
        case .hard: min(width, 8)
        }
    }

    mutating func measure(_ cell: Cell, limit: Int) {
        if cell.isNumber { hasNumbers = true } else if cell != .null { hasOthers = true }
        if case .double(let value) = cell, let needed = CellText.places(for: value) {
            places = max(places, needed)
            hasPlainDoubles = true
            // The sign counts apart: -0.4 without its places is 0.
            let digits = CellText.text(of: .double(value.magnitude), places: 0).utf8.count
            widestWhole = max(widestWhole, digits + (value < 0 ? 1 : 0))
            return
        }
        widestValue = max(widestValue, min(limit, DisplayWidth.measured(CellText.text(of: cell), limit: limit)))
    }

    mutating func endMeasuring(limit: Int) {
        if hasPlainDoubles {
            widestValue = max(widestValue, widestWhole + (places > 0 ? places + 1 : 0))
        }
        width = max(widestValue, min(limit, DisplayWidth.measured(header, limit: limit)))
    }

    func appendHeader(isLast: Bool, to line: inout [UInt8]) {
        append(header, isLast: isLast, to: &line)
    }

    func append(_ cell: Cell, isLast: Bool, to line: inout [UInt8]) {
        append(CellText.text(of: cell, places: places), isLast: isLast, to: &line)
    }

    private func append(_ text: String, isLast: Bool, to line: inout [UInt8]) {
        let blank = UInt8(ascii: " ")
        let limit = isCut ? width : nil
        if isNumeric {
            var shown: [UInt8] = []
            let used = DisplayText.append(text, limit: limit, to: &shown)
            line.append(contentsOf: repeatElement(blank, count: max(0, width - used)))
            line.append(contentsOf: shown)
            if !isLast { line.append(contentsOf: repeatElement(blank, count: TableRenderer.gap)) }
        } else {
            let used = DisplayText.append(text, limit: limit, to: &line)
            guard !isLast else { return }
            line.append(contentsOf: repeatElement(blank, count: max(0, width - used) + TableRenderer.gap))
        }
    }

    /// Narrows the widest columns, and only them, until all fit into `total` columns or cannot give more.
    static func fit(_ columns: inout [TableColumn], into total: Int) {
        for pressure in [Pressure.gentle, .hard] {
            let floors = columns.map { $0.narrowest(under: pressure) }
            guard floors.reduce(0, +) <= total || pressure == .hard else { continue }
            narrow(&columns, floors: floors, into: total)
            return
        }
    }

    private static func narrow(_ columns: inout [TableColumn], floors: [Int], into total: Int) {
        func sum(cappedAt cap: Int) -> Int {
            zip(columns, floors).reduce(0) { $0 + min($1.0.width, max(cap, $1.1)) }
        }
        // The greatest cap at which all fit.
        var low = 0
        var high = columns.map(\.width).max() ?? 0
        while low < high {
            let middle = (low + high + 1) / 2
            if sum(cappedAt: middle) <= total { low = middle } else { high = middle - 1 }
        }
        var spare = total - sum(cappedAt: low)
        for index in columns.indices {
            let wanted = columns[index].width
            var granted = min(wanted, max(low, floors[index]))
            if spare > 0, granted < wanted, granted == low {
                granted += 1
                spare -= 1
            }
            columns[index].width = granted
        }
    }
}
