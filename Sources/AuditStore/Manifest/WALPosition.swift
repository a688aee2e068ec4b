/// Where the WAL begins. It commits together with the segments that hold what stood before.
package struct WALPosition: Sendable, Equatable {
    /// The first file that counts; those before it are to be removed.
    package var file: UInt64 = 1
    /// The number of the first event in it. Each event of a stream gets the next number, for the life of the store.
    package var record: UInt64 = 0

    package init(file: UInt64 = 1, record: UInt64 = 0) {
        self.file = file
        self.record = record
    }

    /// Whether counting on from here cannot overflow.
    var isPlausible: Bool { file >= 1 && file <= 1 << 60 && record <= 1 << 60 }
}

/// Numbers that are made with the store and that nobody who only sends events knows.
///
/// They key the digests by which duplicates are recognised, and the checksums of the WAL: an event that holds the bytes of
/// a block of the WAL is not taken for one.
package struct StoreSecret: Sendable, Equatable {
    package var first: UInt64
    package var second: UInt64

    package init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    init(_ files: any FileSystem) { self.init(first: files.randomNumber(), second: files.randomNumber()) }
}
