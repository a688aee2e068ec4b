/// The text of one state of the progress bar. Apart from the bar so that what it says can be tested without a terminal.
struct ProgressLine {
    var label: String
    var bytes: Int
    /// nil where nobody knows, as with standard input.
    var totalBytes: Int?
    var events: Int
    var eventsPerSecond: Double?
    var bytesPerSecond: Double?
    var elapsedSeconds: Double

    /// The line in at most `width` columns. Where room is short, what matters least goes first.
    func text(width: Int) -> String {
        let label = DisplayText.shortened(label, limit: max(1, min(width, 30)))
        let pieces = self.pieces
        // From all pieces to none; the label and the bar remain.
        for kept in (0...6).reversed() {
            let shown = pieces.filter { $0.rank < kept }.map(\.text)
            let tail = ([label] + shown).joined(separator: "  ")
            // The time at the end changes its length all the while; the bar should not.
            let slack = kept > 1 && fraction != nil ? max(0, Self.timingWidth - DisplayWidth.of(timing.text)) : 0
            let room = width - DisplayWidth.of(tail) - slack
            // Two blanks, the two ends of the bar, and a bar that is worth looking at.
            guard let fraction, room >= 4 + Self.narrowestBar else {
                if room >= 0, fraction == nil || kept <= 1 { return tail }
                continue
            }
            let bar = Self.bar(fraction: fraction, width: min(Self.widestBar, room - 4))
            return ([label, bar] + shown).joined(separator: "  ")
        }
        return DisplayText.shortened(label, limit: max(0, width))
    }

    static let narrowestBar = 8
    static let widestBar = 30
    private static let timingWidth = "ETA 59 min 59 s".utf8.count

    /// A bar in eighths of a column between two thin lines, which show its ends without any colour.
    static func bar(fraction: Double, width: Int) -> String {
        let eighths = Int((fraction * Double(width * 8)).rounded(.down))
        let full = eighths / 8
        var text = "▕" + String(repeating: "█", count: full)
        var used = full
        if eighths % 8 > 0 {
            text += String(Blocks.horizontal[eighths % 8])
            used += 1
        }
        return text + String(repeating: " ", count: width - used) + "▏"
    }

    /// Done of the whole, 0 to 1. A file may grow while it is read; that must not break the bar.
    var fraction: Double? {
        guard let totalBytes else { return nil }
        guard totalBytes > 0 else { return 1 }
        return min(1, max(0, Double(bytes) / Double(totalBytes)))
    }

    /// In the order shown; the higher the rank (0 to 5), the earlier it is left out.
    private var pieces: [(text: String, rank: Int)] {
        var pieces: [(text: String, rank: Int)] = []
        if let fraction, let totalBytes {
            // Rounded down, so that 100 % means that it is done.
            pieces.append(("\(Self.padded(String(Int(fraction * 100)), to: 3)) %", 0))
            pieces.append(("\(Self.padded(HumanFormat.bytes(bytes), to: 7)) of \(HumanFormat.bytes(totalBytes))", 3))
        } else {
            pieces.append((HumanFormat.bytes(bytes), 0))
        }
        pieces.append(("\(HumanFormat.count(events)) events", 2))
        if let eventsPerSecond { pieces.append((Self.padded(HumanFormat.rate(eventsPerSecond), to: 9), 4)) }
        if let bytesPerSecond { pieces.append((Self.padded(HumanFormat.byteRate(bytesPerSecond), to: 9), 5)) }
        pieces.append(timing)
        return pieces
    }

    private var timing: (text: String, rank: Int) {
        if let totalBytes, let bytesPerSecond, bytesPerSecond > 0, bytes < totalBytes {
            return ("ETA \(Self.wholeSeconds((Double(totalBytes - bytes) / bytesPerSecond).rounded(.up)))", 1)
        }
        return (Self.wholeSeconds(elapsedSeconds.rounded(.down)), 1)
    }

    /// Fractions of a second would only flicker.
    private static func wholeSeconds(_ seconds: Double) -> String {
        seconds < 60 ? "\(Int(seconds)) s" : HumanFormat.duration(seconds: seconds)
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
