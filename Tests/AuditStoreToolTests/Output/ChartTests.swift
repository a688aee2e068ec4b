import Testing

@testable import AuditStoreTool

@Suite struct ChartTests {
    @Test func columns() {
        let points = [("00:00", 0.0), ("01:00", 1), ("02:00", 50), ("03:00", 100)]
        let chart = BarChart(
            title: "403 per hour", points: points.map { .init(label: $0.0, value: $0.1) }, shape: .columns(height: 4))
        #expect(
            chart.lines(width: 40) == [
                "403 per hour",
                "100 ┤                  █████",
                "    │                  █████",
                " 50 ┤            █████ █████",
                "    │      ▁▁▁▁▁ █████ █████",
                "  0 └┬───────────┬───────────",
                "     00:00       02:00",
            ])
    }

    @Test func bars() {
        let chart = BarChart(
            points: [.init(label: "kubelet", value: 1234), .init(label: "日本", value: 1), .init(label: "", value: 0)],
            shape: .bars)
        #expect(
            chart.lines(width: 30) == [
                "kubelet  ██████████████  1,234", "日本     ▏  1", "           0",
            ])
    }

    @Test func joinedColumnsShowThePeak() {
        let points = (0..<1000).map { BarChart.Point(label: "\($0)", value: $0 == 500 ? 80 : 1) }
        let lines = BarChart(title: "t", points: points).lines(width: 60)
        #expect(lines[0] == "t (each column: the peak of 18)")
        #expect(lines[1].contains("█"))
    }

    @Test(arguments: [1, 5, 10, 20, 79, 80, 200])
    func neverWiderThanTheTerminal(width: Int) {
        for count in [0, 1, 2, 24, 48, 168, 5000] {
            for shape in [BarChart.Shape.columns(height: 6), .columns(height: 0), .bars] {
                let points = (0..<count).map { index in
                    BarChart.Point(
                        label: String(Hostile.texts[index % Hostile.texts.count].prefix(100)),
                        value: [0, 1, -1, .nan, .infinity, 1e300, 1e-300, 0.5][index % 8])
                }
                for line in BarChart(title: "title\u{1B}", points: points, shape: shape, format: { _ in "7" })
                    .lines(width: width)
                {
                    #expect(DisplayWidth.of(line) <= max(width, 14))
                    #expect(Hostile.isHarmless(line))
                }
            }
        }
    }

    @Test(arguments: [
        (0.0, 0.0), (1, 1), (2, 2), (7, 8), (10, 10), (11, 12), (13, 16), (1240, 1600), (99, 100),
        (1_000_000, 1_000_000),
    ])
    func axis(peak: Double, top: Double) {
        #expect(ColumnChart.axisTop(peak, isWhole: true) == top)
        #expect(ColumnChart.axisTop(peak * 1.000001, isWhole: false) >= peak)
    }

    @Test func timeLabels() {
        #expect(TimeLabels.short(["2024-06-16T04:00:00Z", "2024-06-16T05:00:00Z"]) == ["04:00", "05:00"])
        #expect(TimeLabels.short(["2024-06-16T00:00:00Z", "2024-06-17T00:00:00Z"]) == ["06-16", "06-17"])
        #expect(TimeLabels.short(["2024-06-16T04:00:00Z", "2024-06-17T05:00:00Z"]) == ["06-16 04:00", "06-17 05:00"])
        #expect(TimeLabels.short(["2023-12-31T00:00:00Z", "2024-01-01T00:00:00Z"]) == ["2023-12-31", "2024-01-01"])
        #expect(TimeLabels.short(["x", "2024-06-16T04:00:00Z"]) == ["x", "2024-06-16T04:00:00Z"])
        #expect(TimeLabels.short(["2024-06-16T04:00:00Z", "2024-06-16T04:00:05Z"]) == ["04:00:00", "04:00:05"])
        #expect(TimeLabels.short([]) == [])
    }
}
