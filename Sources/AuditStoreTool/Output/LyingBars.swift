/// The lying form of a bar chart: label, bar, value.
struct LyingBars {
    let points: [BarChart.Point]
    let format: (Double) -> String
    let width: Int

    func lines() -> [String] {
        let values = points.map { format($0.value) }
        let widestValue = values.map { DisplayWidth.of($0) }.max() ?? 0
        let widestLabel = points.map { DisplayWidth.measured($0.label, limit: width) }.max() ?? 0
        let labelWidth = max(1, min(widestLabel, max(8, width * 2 / 5)))
        let room = max(1, width - labelWidth - widestValue - 4)
        let top = points.map(\.value).max() ?? 0
        return zip(points, values).map { point, value in
            let eighths = top > 0 ? Int((point.value / top * Double(room * 8)).rounded()) : 0
            let label = DisplayText.shortened(point.label, limit: labelWidth)
            let blanks = String(repeating: " ", count: labelWidth - DisplayWidth.of(label))
            return "\(label)\(blanks)  \(Self.bar(eighths: point.value > 0 ? max(1, eighths) : 0))  \(value)"
        }
    }

    private static func bar(eighths: Int) -> String {
        let rest = eighths % 8
        return String(repeating: "█", count: eighths / 8) + (rest > 0 ? String(Blocks.horizontal[rest]) : "")
    }
}
