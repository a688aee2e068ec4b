extension SegmentReader {
    /// How a chunk's codes and typed values are encoded, in words.
    package func encodingName(of chunk: ChunkInfo) throws(SegmentError) -> String {
        guard let codes = chunk.codes else {
            if chunk.typed != nil { return "typed" }
            return chunk.present == 0 ? "absent" : "constant"
        }
        let page = try page(codes, role: .codes)
        defer { extendLifetime(page) }
        var reader = ByteReader(page.bytes, context: "a page of codes")
        let form: UInt8 = try reader.integer()
        let flags: UInt8 = try reader.integer()
        var name = form == CodeEncoding.Form.runs.rawValue ? "runs" : "values"
        if flags & 1 != 0 { name += "+novelty" }
        if flags & 2 != 0 { name += "+partner" }
        if flags & 4 != 0 { name += "+reference" }
        return name
    }
}
