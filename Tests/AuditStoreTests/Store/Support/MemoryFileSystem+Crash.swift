import Synchronization
import TestSupport

/// What a crash leaves.
extension MemoryFileSystem {
    /// What is left when the process is gone and the system goes on: everything, but what was not synced may still be lost.
    func afterKill() -> MemoryFileSystem {
        let left = MemoryFileSystem()
        let (names, durable, now) = state.withLock { ($0.names, $0.durable, $0.now) }
        var copies: [ObjectIdentifier: Inode] = [:]
        func copy(_ inode: Inode?) -> Inode? {
            guard let inode else { return nil }
            if let known = copies[ObjectIdentifier(inode)] { return known }
            let new = Inode(inode.content.withLock { $0 })
            copies[ObjectIdentifier(inode)] = new
            return new
        }
        let newNames = names.mapValues { copy($0) }
        let newDurable = durable.mapValues { copy($0) }
        left.state.withLock {
            $0.names = newNames
            $0.durable = newDurable
            $0.now = now
        }
        return left
    }

    /// What is left after a loss of power: synced names, and of their files the synced bytes and `more` beyond.
    func afterPowerLoss(more: Int) -> MemoryFileSystem {
        let names = state.withLock { state in
            state.durable.filter { path, _ in Self.ancestors(of: path).allSatisfy { state.durable[$0] != nil } }
        }
        return MemoryFileSystem(
            names: names.mapValues { inode in
                inode.map { inode in
                    inode.content.withLock { Inode(Array($0.bytes.prefix($0.synced + more))) }
                }
            })
    }

    /// What is left after a loss of power that was no better than it has to be: of the names that were not synced, each is
    /// there or not; of the bytes that were not synced, all, none, or some sectors.
    func afterPowerLoss(_ random: inout SeededRandom) -> MemoryFileSystem {
        var names = state.withLock { $0.durable }
        let current = state.withLock { $0.names }
        // In order, so that a seed means the same each time.
        for path in Set(names.keys).union(current.keys).sorted() where random.oneIn(2) {
            // A name that a rename gave to another file is the old one or the new one, and never gone.
            names[path] = current[path]
        }
        let left = names.filter { path, _ in Self.ancestors(of: path).allSatisfy { names[$0] != nil } }
        var result: Names = [:]
        for (path, inode) in left.sorted(by: { $0.key < $1.key }) {
            guard let inode else {
                result[path] = .some(nil)
                continue
            }
            result[path] = .some(Inode(inode.content.withLock { Self.torn($0.bytes, synced: $0.synced, &random) }))
        }
        return MemoryFileSystem(names: result, now: state.withLock { $0.now })
    }

    private static func torn(_ bytes: [UInt8], synced: Int, _ random: inout SeededRandom) -> [UInt8] {
        guard synced < bytes.count else { return bytes }
        switch random.below(4) {
        case 0: return bytes
        case 1: return Array(bytes[..<synced])
        case 2: return Array(bytes[..<(synced + random.below(bytes.count - synced + 1))])
        default:
            // The length is there, and of the sectors some.
            var result = bytes
            let sector = 1 << (4 + random.below(6))
            var start = synced
            while start < bytes.count {
                let end = min(bytes.count, (start / sector + 1) * sector)
                if random.oneIn(2) { for i in start..<end { result[i] = 0 } }
                start = end
            }
            return result
        }
    }
}
