/// How far a count is from those of before, in robust standard deviations.
///
/// The modified z-score of Iglewicz and Hoaglin (*How to Detect and Handle Outliers*, ASQC, 1993; NIST/SEMATECH e-Handbook of
/// Statistical Methods, 1.3.5.17): the distance from the median, divided by the median absolute deviation (MAD) over 0.6745,
/// which for normal values is their standard deviation. Unlike mean and standard deviation, neither is moved by a few earlier
/// spikes. They take values of 3.5 and more for outliers.
///
/// The MAD is 0 where more than half of the counts are equal, as those of rare things are. Counts scatter by chance, by
/// the square root of what is expected if they are independent (Poisson), so the deviation is taken to be at least that, and
/// at least 1.
public struct RobustScore: Sendable, Hashable, Encodable {
    /// The median of the counts before.
    public var expected: Double
    /// What counts as one standard deviation.
    public var deviation: Double
    /// ``expected`` subtracted from the count, in deviations.
    public var score: Double

    /// Where Iglewicz and Hoaglin draw the line.
    public static var usualThreshold: Double { 3.5 }

    /// - Parameter history: counts before; at least one.
    init(of count: Int, history: [Int]) {
        expected = Self.median(history.map(Double.init))
        let center = expected
        let spread = Self.median(history.map { abs(Double($0) - center) }) / 0.6745
        deviation = max(spread, max(expected, 1).squareRoot())
        score = (Double(count) - expected) / deviation
    }

    /// Of an even number of values, the mean of the two in the middle.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
