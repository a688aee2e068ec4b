import AuditStore
import CYAML

/// Reads one YAML document with libyaml, the reference parser. JSON is read by it, too.
///
/// Anchors, aliases and tags are refused: no audit policy has them, and aliases let a small text stand for a huge one.
struct YAMLParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var nodes = 0

    private static let depthLimit = 16
    private static let nodeLimit = 20_000

    static func parse(_ text: String) throws(AuditStoreError) -> YAMLNode {
        var text = text
        // Nothing of the text is kept by the nodes.
        let result = text.withUTF8 { bytes -> Result<YAMLNode, AuditStoreError> in
            do throws(AuditStoreError) {
                var parser = try YAMLParser(bytes)
                return .success(try parser.document())
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) throws(AuditStoreError) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw AuditStoreError(.limit, "there is no memory to read the policy")
        }
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    // MARK: Events

    private enum Event {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    private mutating func next() throws(AuditStoreError) -> (event: Event, place: YAMLNode.Place) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        let place = Self.place(event.start_mark)
        func check(anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?)
            throws(AuditStoreError)
        {
            if anchor != nil { throw AuditPolicy.error("anchors are not read here; write the value out", at: place) }
            if tag != nil { throw AuditPolicy.error("tags are not read here", at: place) }
        }
        switch event.type {
        case YAML_STREAM_START_EVENT: return (.streamStart, place)
        case YAML_STREAM_END_EVENT: return (.streamEnd, place)
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, place)
        case YAML_DOCUMENT_END_EVENT: return (.documentEnd, place)
        case YAML_SEQUENCE_START_EVENT:
            try check(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag)
            return (.sequenceStart, place)
        case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, place)
        case YAML_MAPPING_START_EVENT:
            try check(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag)
            return (.mappingStart, place)
        case YAML_MAPPING_END_EVENT: return (.mappingEnd, place)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try check(anchor: scalar.anchor, tag: scalar.tag)
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return (.scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain), place)
        default: throw AuditPolicy.error("aliases are not read here; write the value out", at: place)
        }
    }

    private static func place(_ mark: yaml_mark_t) -> YAMLNode.Place {
        YAMLNode.Place(line: mark.line + 1, column: mark.column + 1)
    }

    private func syntaxError() -> AuditStoreError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "this is no YAML"
        return AuditPolicy.error(problem, at: Self.place(parser.pointee.problem_mark))
    }

    // MARK: Nodes

    private mutating func document() throws(AuditStoreError) -> YAMLNode {
        _ = try next()
        var (event, place) = try next()
        guard case .documentStart = event else { throw AuditPolicy.error("there is nothing in it", at: place) }
        (event, place) = try next()
        let node = try node(event, place, depth: 0)
        _ = try next()
        (event, place) = try next()
        guard case .streamEnd = event else { throw AuditPolicy.error("a second document begins here", at: place) }
        return node
    }

    private mutating func node(
        _ event: Event, _ place: YAMLNode.Place, depth: Int
    ) throws(AuditStoreError) -> YAMLNode {
        nodes += 1
        guard depth < Self.depthLimit, nodes <= Self.nodeLimit else {
            throw AuditPolicy.error(
                depth < Self.depthLimit ? "this is too much" : "this is nested too deeply", at: place)
        }
        switch event {
        case .scalar(let text, let isPlain):
            return YAMLNode(value: .scalar(text, isPlain: isPlain), place: place)
        case .sequenceStart:
            var elements: [YAMLNode] = []
            while true {
                let (event, place) = try next()
                if case .sequenceEnd = event { break }
                elements.append(try node(event, place, depth: depth + 1))
            }
            return YAMLNode(value: .sequence(elements), place: place)
        case .mappingStart:
            var members: [(key: YAMLNode, value: YAMLNode)] = []
            while true {
                var (event, place) = try next()
                if case .mappingEnd = event { break }
                let key = try node(event, place, depth: depth + 1)
                (event, place) = try next()
                members.append((key, try node(event, place, depth: depth + 1)))
            }
            return YAMLNode(value: .mapping(members), place: place)
        default: throw AuditPolicy.error("this is no value", at: place)
        }
    }
}
