/// The upright form of a bar chart: values at the left axis, labels below.
///
/// More points than columns are joined, each column showing the peak of its points: an attack of one hour must not
/// drown in the mean of a day, and the axis stays true to the unit of a single point.
struct ColumnChart {
    /// Columns of the terminal from one point to the next, the blank between them included.
    private let slot: Int
    private let columns: [BarChart.Point]
    private let height: Int
    private let top: Double
    private let axisLabels: [String]
    private let axisWidth: Int
    private let width: Int
    let pointsPerColumn: Int

    init(points: [BarChart.Point], height: Int, format: (Double) -> String, width: Int) {
        self.height = height
        self.width = width
        let peak = points.map(\.value).max() ?? 0
        let isWhole = points.allSatisfy { $0.value == $0.value.rounded() }
        top = Self.axisTop(peak, isWhole: isWhole)

        var labels = [String](repeating: "", count: height)
        labels[0] = format(top)
        // A label in the middle only where it is exact: the middle of a line, and a whole number of whole things.
        if height >= 4, height.isMultiple(of: 2), top > 0, !isWhole || (top / 2) == (top / 2).rounded() {
            labels[height / 2] = format(top / 2)
        }
        axisLabels = labels
        axisWidth = max(1, labels.map { DisplayWidth.of($0) }.max() ?? 1)

        let room = max(1, width - axisWidth - 2)
        let perColumn = max(1, (points.count + room - 1) / room)
        pointsPerColumn = perColumn
        columns = stride(from: 0, to: points.count, by: perColumn).map { start in
            let group = points[start..<min(start + perColumn, points.count)]
            return BarChart.Point(label: points[start].label, value: group.map(\.value).max() ?? 0)
        }
        slot = columns.isEmpty ? 1 : min(6, max(1, room / columns.count))
    }

    func lines() -> [String] {
        guard !columns.isEmpty else { return [] }
        let barWidth = slot >= 3 ? slot - 1 : slot
        var lines: [String] = []
        for row in 0..<height {
            let label = axisLabels[row]
            var line = String(repeating: " ", count: axisWidth - DisplayWidth.of(label)) + label
            line += label.isEmpty ? " │" : " ┤"
            for column in columns {
                let block = Blocks.vertical[min(8, max(0, eighths(column.value) - (height - 1 - row) * 8))]
                line += String(repeating: block, count: barWidth) + String(repeating: " ", count: slot - barWidth)
            }
            lines.append(line)
        }
        return lines + bottom()
    }

    private func eighths(_ value: Double) -> Int {
        guard value > 0, top > 0 else { return 0 }
        return max(1, Int((value / top * Double(height * 8)).rounded()))
    }

    /// The axis with a tick under every column that has its label below, and those labels.
    private func bottom() -> [String] {
        let room = max(1, width - axisWidth - 2)
        let texts = columns.map { DisplayText.shortened($0.label, limit: room) }
        let widest = texts.map { DisplayWidth.of($0) }.max() ?? 0
        let step = max(1, (widest + 2 + slot - 1) / slot)
        var axis = [Character](repeating: "─", count: slot * columns.count)
        var labels = ""
        var used = 0
        for index in stride(from: 0, to: columns.count, by: step) {
            let width = DisplayWidth.of(texts[index])
            guard width > 0, index * slot + width <= room else { continue }
            axis[index * slot] = "┬"
            labels += String(repeating: " ", count: index * slot - used) + texts[index]
            used = index * slot + width
        }
        let zero = String(repeating: " ", count: axisWidth - 1) + "0"
        return ["\(zero) └\(String(axis))", String(repeating: " ", count: axisWidth + 2) + labels]
    }

    /// The least round number not below the peak, so that the axis reads easily and halves well.
    static func axisTop(_ peak: Double, isWhole: Bool) -> Double {
        guard peak > 0 else { return 0 }
        if isWhole, peak <= 10 { return peak == 1 ? 1 : (peak / 2).rounded(.up) * 2 }
        var power = 1.0
        while power * 10 <= peak, power < 1e300 { power *= 10 }
        while power > peak, power > 1e-300 { power /= 10 }
        return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8].map { $0 * power }.first { $0 >= peak } ?? 10 * power
    }
}
