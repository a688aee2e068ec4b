import Synchronization

/// Keeps objects that took work to make, up to a budget of bytes, for any number of threads.
///
/// Of two entries taken at random, the one that was used longer ago goes first: near to least recently used, but without its
/// cliff. Going over and over through a little more than fits finds most of it, where strict order would find nothing.
package final class BoundedCache<Key: Hashable & Sendable, Value: AnyObject & Sendable>: Sendable {
    private struct Entry {
        var key: Key
        var value: Value
        var bytes: Int
        var used: UInt64
    }

    private struct State {
        var places: [Key: Int] = [:]
        var entries: [Entry] = []
        var bytes = 0
        var clock: UInt64 = 0
        var random: UInt64 = 0x9e37_79b9_7f4a_7c15
        /// Keys that were turned away lately, in two generations.
        var asked: Set<Key> = []
        var askedBefore: Set<Key> = []

        mutating func evictOne() -> Value {
            // xorshift64 (Marsaglia 2003).
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            let n = UInt64(entries.count)
            let (a, b) = (Int((random >> 32) % n), Int((random & 0xffff_ffff) % n))
            let victim = entries[a].used <= entries[b].used ? a : b
            let entry = entries[victim]
            places[entry.key] = nil
            bytes -= entry.bytes
            let last = entries.removeLast()
            if victim < entries.count {
                entries[victim] = last
                places[last.key] = victim
            }
            return entry.value
        }

        /// Whether a key was turned away before; if not, it is remembered.
        mutating func wasAsked(_ key: Key) -> Bool {
            if asked.remove(key) != nil || askedBefore.remove(key) != nil { return true }
            if asked.count >= BoundedCache.rememberedKeys { swap(&asked, &askedBefore) }
            if asked.count >= BoundedCache.rememberedKeys { asked.removeAll(keepingCapacity: true) }
            asked.insert(key)
            return false
        }
    }

    private static var rememberedKeys: Int { 8192 }

    private let state = Mutex(State())
    /// Bytes that entries may have together.
    private let budget: Int

    package init(budget: Int) { self.budget = budget }

    package var bytes: Int { state.withLock { $0.bytes } }

    package func find(_ key: Key) -> Value? {
        state.withLock { state in
            guard let place = state.places[key] else { return nil }
            state.clock += 1
            state.entries[place].used = state.clock
            return state.entries[place].value
        }
    }

    /// Keeps a value, if it is worth it.
    ///
    /// - Parameters:
    ///   - bytes: what the value takes.
    ///   - isCertain: whether to make room for it in any case. Else, when the cache is full, only a key that is asked for a second
    ///     time gets in, so that one long scan does not drive out what is used every day.
    /// - Returns: the value that the cache has for the key: another one if a thread was faster.
    package func insert(_ key: Key, _ value: Value, bytes: Int, isCertain: Bool) -> Value {
        // Values are freed after the lock is given back.
        var evicted: [Value] = []
        return state.withLock { state in
            if let place = state.places[key] { return state.entries[place].value }
            guard bytes <= budget / 2 else { return value }
            let isFull = state.bytes + bytes > budget
            if isFull, !isCertain, !state.wasAsked(key) { return value }
            while state.bytes + bytes > budget { evicted.append(state.evictOne()) }
            state.clock += 1
            state.places[key] = state.entries.count
            state.entries.append(Entry(key: key, value: value, bytes: bytes, used: state.clock))
            state.bytes += bytes
            return value
        }
    }
}
