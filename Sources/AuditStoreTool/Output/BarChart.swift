/// A small bar chart for the terminal: upright columns for a course over time, lying bars for a comparison.
///
/// Height alone carries the meaning, so it reads the same without colour; any value above zero shows at least a sliver.
struct BarChart: Sendable {
    struct Point: Sendable, Equatable {
        var label: String
        var value: Double
    }

    enum Shape: Sendable, Equatable {
        /// One column a point, left to right, `height` lines high, labels below.
        case columns(height: Int)
        /// One line a point, top to bottom, labels on the left and values on the right.
        case bars
    }

    var title: String?
    var points: [Point]
    var shape: Shape
    /// How values are written at the axis and beside the bars.
    var format: @Sendable (Double) -> String

    init(
        title: String? = nil, points: [Point], shape: Shape = .columns(height: 6),
        format: @escaping @Sendable (Double) -> String = { HumanFormat.number($0) }
    ) {
        self.title = title
        self.points = points
        self.shape = shape
        self.format = format
    }

    /// Writes the chart in the width of `style`, 80 where it has none. The caller flushes `out`.
    func write(style: OutputStyle, to out: inout OutputBuffer) throws(OutputError) {
        for (index, line) in lines(width: style.width ?? 80).enumerated() {
            let isTitle = index == 0 && title != nil && style.usesColor
            try out.append(isTitle ? "\u{1B}[1m\(line)\u{1B}[0m\n" : "\(line)\n")
        }
    }

    /// The lines of the chart, none wider than `width`, without trailing blanks.
    func lines(width: Int) -> [String] {
        let points = self.points.map { Point(label: $0.label, value: $0.value > 0 && $0.value.isFinite ? $0.value : 0) }
        var heading = title
        var body: [String] = []
        switch shape {
        case .columns(let height):
            let chart = ColumnChart(points: points, height: max(1, height), format: format, width: width)
            body = chart.lines()
            // Said plainly, since a peak is not a sum.
            if chart.pointsPerColumn > 1 {
                heading = "\(title.map { "\($0) " } ?? "")(each column: the peak of \(chart.pointsPerColumn))"
            }
        case .bars:
            body = LyingBars(points: points, format: format, width: width).lines()
        }
        let first = heading.map { [DisplayText.shortened($0, limit: max(1, width))] } ?? []
        return first + body.map(Self.trimmed)
    }

    private static func trimmed(_ line: String) -> String {
        String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
    }
}
