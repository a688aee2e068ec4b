import Foundation
import Synchronization
import Testing

@testable import AuditStoreTool

@Suite struct ProgressTests {
    private func line(bytes: Int, total: Int?, label: String = "ingest") -> ProgressLine {
        ProgressLine(
            label: label, bytes: bytes, totalBytes: total, events: 412_000, eventsPerSecond: 400_123,
            bytesPerSecond: 94_800_000, elapsedSeconds: 12.2)
    }

    @Test func whatItSays() {
        #expect(
            line(bytes: 48_000_000, total: 100_000_000).text(width: 140)
                == "ingest  ▕██████████████▍               ▏   48 %  48.0 MB of 100 MB  412,000 events"
                + "  400,000/s  94.8 MB/s  ETA 1 s")
        #expect(
            line(bytes: 48_000_000, total: nil).text(width: 140)
                == "ingest  48.0 MB  412,000 events  400,000/s  94.8 MB/s  12 s")
    }

    @Test func fitsAnyWidth() {
        for total in [nil, 0, 1, 100_000_000, Int.max] {
            for bytes in [0, 1, 48_000_000, 100_000_000, 200_000_000] {
                for label in ["ingest", "日本\u{1B}[2J", String(repeating: "long ", count: 100)] {
                    for width in 0...150 {
                        let text = line(bytes: bytes, total: total, label: label).text(width: width)
                        #expect(DisplayWidth.of(text) <= max(1, width))
                        #expect(Hostile.isHarmless(text))
                    }
                }
            }
        }
    }

    @Test func hundredPercentMeansDone() {
        #expect(line(bytes: 999_999, total: 1_000_000).text(width: 140).contains(" 99 %"))
        #expect(line(bytes: 1_000_000, total: 1_000_000).text(width: 140).contains("100 %"))
    }

    /// A clock that the test sets.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        func now() -> ContinuousClock.Instant { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
    }

    @Test func printsNothingWhereThereIsNoTerminal() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let bar = ProgressBar(label: "ingest", totalBytes: 100, descriptor: ends[1])
        bar.update(bytes: 50, events: 1)
        bar.message("warning\u{1B}")
        bar.finish(.kept)
        close(ends[1])
        #expect(readAll(ends[0]) == "warning\\u001b\n")
        close(ends[0])
    }

    @Test func drawsAtMostTenTimesASecondAndCleansUp() throws {
        let pair = try PseudoTerminal(width: 60)
        let clock = Clock()
        let bar = ProgressBar(label: "ingest", totalBytes: 1000, descriptor: pair.terminal, now: { clock.now() })
        for step in 1...1000 {
            bar.update(bytes: step, events: step)
            clock.advance(.milliseconds(1))
        }
        bar.message("quarantined")
        bar.finish(.removed)
        bar.finish(.kept)
        bar.update(bytes: 1000, events: 1000)
        let text = pair.readAndClose()
        let drawn = text.components(separatedBy: "\r").filter { $0.contains("ingest") }
        #expect(drawn.count == 11)
        for line in drawn {
            #expect(line.hasSuffix("\u{1B}[K"))
            #expect(DisplayWidth.of(String(line.dropLast(3))) <= 59)
        }
        #expect(text.contains("\r\u{1B}[Kquarantined"))
        #expect(text.hasSuffix("\r\u{1B}[K"))
    }

    @Test func keptLineTellsTheWhole() throws {
        let pair = try PseudoTerminal(width: 120)
        let clock = Clock()
        let bar = ProgressBar(
            label: "ingest", totalBytes: 3_000_000, startingAt: 1_000_000, descriptor: pair.terminal,
            now: { clock.now() })
        bar.update(bytes: 1_000_000, events: 0)
        clock.advance(.seconds(2))
        bar.update(bytes: 3_000_000, events: 5000)
        bar.finish(.kept)
        let last = pair.readAndClose().components(separatedBy: "\r").last { $0.contains("ingest") } ?? ""
        #expect(last.contains("100 %"))
        #expect(last.contains("2,500/s"))
        #expect(last.contains("1.0 MB/s"))
        #expect(last.contains("  2 s"))
    }

    @Test func quietIsQuiet() throws {
        let pair = try PseudoTerminal(width: 60)
        let bar = ProgressBar(label: "ingest", totalBytes: 1000, quiet: true, descriptor: pair.terminal)
        bar.update(bytes: 5, events: 1)
        bar.finish(.kept)
        #expect(pair.readAndClose() == "")
    }

    @Test func styleOfATerminal() throws {
        let pair = try PseudoTerminal(width: 93)
        let style = OutputStyle.detect(descriptor: pair.terminal)
        #expect(style.isTerminal)
        #expect(style.width == 93)
        _ = pair.readAndClose()
    }

    private func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A terminal that the test can read.
private struct PseudoTerminal {
    let terminal: Int32
    private let controller: Int32

    init(width: Int) throws {
        var ends: (controller: Int32, terminal: Int32) = (-1, -1)
        var size = winsize(ws_row: 24, ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&ends.controller, &ends.terminal, nil, nil, &size) == 0)
        controller = ends.controller
        terminal = ends.terminal
    }

    func readAndClose() -> String {
        _ = fcntl(controller, F_SETFL, fcntl(controller, F_GETFL) | O_NONBLOCK)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(controller, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        close(terminal)
        close(controller)
        return String(decoding: bytes, as: UTF8.self)
    }
}
