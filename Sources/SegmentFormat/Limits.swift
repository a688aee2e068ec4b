/// Every limit of the format, each with its reason.
package enum Limits {
    /// Rows of a row group. Codes of one column decode into 256 KiB, which stays in a core's second-level cache, and a
    /// compressor sees enough of them to find what repeats.
    package static let rowsPerRowGroup = 65_536

    /// Row groups of a segment, and with them its dictionaries and the memory a reader needs for them.
    package static let rowGroupsPerSegment = 64

    /// Entries of a dictionary. The values of a segment are 96 MiB at most while it is written, and so many different ones take
    /// more than that; what is made of a dictionary has a byte or more an entry.
    package static let entriesPerDictionary = 1 << 26

    /// Columns of a segment. The envelope of a Kubernetes audit event has 72 paths; open-ended maps (annotations, extra)
    /// and shredded body paths share the rest, and what is over goes to the residual.
    package static let columnsPerSegment = 512

    /// Columns that ingest fills; compaction adds those of shredded bodies and its own.
    package static let columnsPerYoungSegment = columnsPerSegment - 80

    /// Bytes of a path; a longer one goes to the residual.
    package static let pathBytes = 1024

    /// Bytes of one event. A list response at level RequestResponse is a few megabytes; what is larger than this is
    /// quarantined, so that memory stays bounded.
    package static let bytesPerEvent = 32 << 20

    /// Raw bytes that an ingest worker is given at a time, unless a single event is larger: what is read by another, so that
    /// there is memory for all of it. Of a file that workers read themselves they are given twice as much, and have memory
    /// for half.
    package static let rawBytesPerChunk = 8 << 20

    /// Structure (not values) of an event is followed this deep; deeper objects are one leaf.
    package static let structuralDepth = 16

    /// Nesting within one value. Costs a bit a level while a value is checked; the apiserver lets 10,000 through.
    package static let nestingDepth = 1 << 20

    /// Uncompressed bytes of a dictionary page. A large page compresses better, a small one is read sooner.
    package static let dictionaryPageBytes = 256 << 10

    /// The same for the bodies of a compacted segment: successive versions of an object lie side by side, and the page is
    /// as large as the distance at which they still help each other (1, 2, 4 MiB: 41, 36, 33 bytes an event on
    /// RequestResponse logs; a page of 4 MiB decodes in 2 ms).
    package static let documentPageBytes = 4 << 20

    /// The same for the bodies of a young segment: all of a chunk, so that each body can be copied from any other.
    package static let youngDocumentPageBytes = 8 << 20

    /// Uncompressed bytes of any page: the largest event and then some. A reader allocates no more than this at the word
    /// of a file.
    package static let pageBytes = 256 << 20

    /// Pages no larger than this are not worth a compressor's header.
    package static let smallestCompressedPage = 48

    /// Bits a value of the filters, for about 2 % false positives a row group.
    package static let filterBitsPerValue = 8

    /// Bytes of a footer, uncompressed.
    package static let footerBytes = 64 << 20
}
