/// Count, mean and sum of squared deviations: what the standard deviation is made of.
///
/// Parts are joined by the formula of Chan, Golub and LeVeque (1979), which does not lose digits where the mean is large.
struct Moments: Sendable {
    var count = 0.0
    var mean = 0.0
    var squares = 0.0

    mutating func add(_ other: Moments) {
        guard other.count > 0 else { return }
        let total = count + other.count
        let difference = other.mean - mean
        mean += difference * (other.count / total)
        squares += other.squares + difference * difference * (count * other.count / total)
        count = total
    }

    /// Of the sample, with n - 1 in the denominator; nil for less than two values.
    var standardDeviation: Double? { count > 1 ? (squares / (count - 1)).squareRoot() : nil }
}
