import Testing

@testable import SegmentFormat

@Suite struct BoundedCacheTests {
    private final class Page: Sendable {
        let number: Int
        init(_ number: Int) { self.number = number }
    }

    @Test func whatIsKeptIsFoundAndStaysWithinTheBudget() {
        let cache = BoundedCache<Int, Page>(budget: 1000)
        for i in 0..<500 {
            _ = cache.insert(i, Page(i), bytes: 30, isCertain: true)
            #expect(cache.bytes <= 1000)
            #expect(cache.find(i)?.number == i)
        }
        #expect((0..<500).filter { cache.find($0) != nil }.count == 33)
    }

    @Test func oneLongScanDrivesNothingOut() {
        let cache = BoundedCache<Int, Page>(budget: 1000)
        for i in 0..<10 { _ = cache.insert(i, Page(i), bytes: 100, isCertain: false) }
        for i in 100..<1000 { _ = cache.insert(i, Page(i), bytes: 100, isCertain: false) }
        #expect((0..<10).allSatisfy { cache.find($0) != nil })
        // Asked for a second time, it gets in.
        _ = cache.insert(999, Page(999), bytes: 100, isCertain: false)
        #expect(cache.find(999) != nil)
    }

    @Test func goingThroughALittleTooMuchFindsMostOfIt() {
        let cache = BoundedCache<Int, Page>(budget: 1000)
        var found = 0
        for i in 0..<12_000 {
            let key = i % 120
            if cache.find(key) != nil {
                found += 1
            } else {
                _ = cache.insert(key, Page(key), bytes: 10, isCertain: false)
            }
        }
        // Least recently used would find nothing.
        #expect(found > 6000)
    }

    @Test func theFirstValueOfAKeyStays() {
        let cache = BoundedCache<Int, Page>(budget: 1000)
        let first = cache.insert(1, Page(1), bytes: 10, isCertain: true)
        #expect(cache.insert(1, Page(2), bytes: 10, isCertain: true) === first)
        #expect(cache.bytes == 10)
        // What takes half of all is not worth it.
        _ = cache.insert(2, Page(2), bytes: 600, isCertain: true)
        #expect(cache.find(2) == nil)
    }
}
