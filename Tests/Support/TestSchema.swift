package import SegmentFormat
package import Shredding

extension ShreddingSchema {
    /// The shape of Kubernetes' schema, for layers that know no schema.
    package static let test = ShreddingSchema(
        name: "test", times: [TimePath(["stageTimestamp"]), TimePath(["requestReceivedTimestamp"])],
        identities: [["auditID"]], documents: [["requestObject"], ["responseObject"]],
        documentPaths: ["requestObject", "responseObject"].flatMap { document in
            [
                ["spec", "replicas"], ["spec", "template", "spec", "containers", DocumentPath.everyElement, "image"],
                ["spec", "serviceAccountName"], ["metadata", "labels", "app"], ["x"], ["x", "y"],
                ["l", DocumentPath.everyElement], ["l", DocumentPath.everyElement, "n"],
            ].map { DocumentPath(document: document, components: $0) }
        }, eventIdentity: [["auditID"], ["stage"]])
}

/// A line that was refused.
package struct Refusal: Equatable {
    package var line: [UInt8]
    package var reason: String
    package var offset: Int

    package init(line: [UInt8], reason: String, offset: Int) {
        self.line = line
        self.reason = reason
        self.offset = offset
    }
}

/// What became of lines.
package struct Shredded {
    /// The young segment; nil if no line was an event.
    package var segment: [UInt8]?
    package var refusals: [Refusal]
}

extension SegmentBuilder {
    /// Shreds text that ends in a line feed.
    package func shred(_ text: [UInt8]) throws -> Shredded {
        precondition(text.last == 0x0a)
        start(storeValues: [])
        let padded = text + [UInt8](repeating: 0x22, count: JSONScanner.padding)
        var refusals: [Refusal] = []
        try padded.withUnsafeBytes { buffer in
            try append(linesFrom: buffer.baseAddress!, to: buffer.baseAddress! + text.count) { failure, line in
                refusals.append(Refusal(line: Array(line), reason: failure.reason, offset: failure.offset))
            }
        }
        let metadata = try finish()
        return Shredded(segment: metadata == nil ? nil : withBytes { Array($0) }, refusals: refusals)
    }

    package static func test() -> SegmentBuilder { SegmentBuilder(schema: .test, storeColumns: []) }
}

extension SegmentReader {
    package convenience init(_ bytes: [UInt8], name: String = "memory") throws {
        try self.init(MemorySource(name: name, bytes: bytes))
    }

    /// All events, with a line feed after each.
    package func events() throws -> [UInt8] {
        let groups = RowGroupReader(self)
        let assembler = try EventAssembler(groups)
        var text = ByteArena(capacity: 1 << 20)
        for group in metadata.rowGroups.indices {
            groups.open(group)
            for row in 0..<groups.rows {
                try assembler.append(row: row, to: &text)
                text.append(0x0a)
            }
        }
        return text.array()
    }
}
