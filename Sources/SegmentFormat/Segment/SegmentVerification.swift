/// Reads every byte of a segment and checks it.
extension SegmentReader {
    /// Every page that the footer names, once, with what it has to be, in no order.
    package var pages: [(page: PageReference, role: PageHeader.Role)] {
        var pages: [(page: PageReference, role: PageHeader.Role)] = []
        func add(_ page: PageReference?, _ role: PageHeader.Role) {
            if let page { pages.append((page, role)) }
        }
        func add(_ dictionary: DictionaryInfo) {
            for page in dictionary.pages { add(page.page, .dictionary) }
        }
        for column in metadata.columns { add(column.dictionary) }
        for group in metadata.rowGroups {
            add(group.partners, .partners)
            // Columns may share their documents.
            var documentPages: Set<UInt64> = []
            for (chunk, column) in zip(group.chunks, metadata.columns) {
                add(chunk.codes, .codes)
                add(chunk.typed, column.kind == .uuid ? .uuids : .integers)
                add(chunk.filter, .filter)
                for page in chunk.documents?.pages ?? [] where documentPages.insert(page.page.offset).inserted {
                    add(page.page, .dictionary)
                }
            }
        }
        return pages
    }

    /// Checks that the pages fill the file without a gap, that each is what was written, and that every column of every
    /// row group decodes.
    package func verify() throws(SegmentError) {
        var next = UInt64(SegmentLayout.headerBytes)
        for (page, role) in pages.sorted(by: { $0.page.offset < $1.page.offset }) {
            guard page.offset == next else {
                throw SegmentError(
                    .corrupt, "bytes that belong to no page", file: source.name, offset: next,
                    expected: "a page", found: "the next one at \(page.offset)")
            }
            _ = try self.page(page, role: role)
            next += UInt64(page.length)
        }
        let reader = RowGroupReader(self)
        for group in metadata.rowGroups.indices {
            reader.open(group)
            var documentPages: Set<UInt64> = []
            for (index, column) in metadata.columns.enumerated() {
                let codes = try reader.codes(index)
                var present: UInt32 = 0
                for code in codes where code != absentCode { present += 1 }
                guard present == reader.chunk(index).present else {
                    throw SegmentError(
                        .corrupt, "a zone map counts other rows than there are in column \(column.path)",
                        file: source.name, expected: "\(reader.chunk(index).present)", found: "\(present)")
                }
                switch column.kind {
                case .timestamp, .sequence: _ = try reader.times(index)
                case .uuid: _ = try reader.uuids(index)
                case .document:
                    for page in reader.chunk(index).documents?.pages ?? []
                    where documentPages.insert(page.page.offset).inserted {
                        _ = try dictionaryPage(page)
                    }
                case .dictionary: _ = try dictionary(index)
                }
            }
        }
    }
}
