import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import AuditOutput

/// The parameters of a request: of its query string and, in a POST, of its body, as a form or a JSON object.
struct RequestParameters {
    private var values: [String: String] = [:]

    /// Bytes of a body that holds parameters.
    private static let bodyBytes = 256 << 10

    init(_ request: Request, of endpoint: Endpoint, readsBody: Bool) async throws {
        try add(form: request.uri.query ?? "", endpoint)
        guard readsBody, request.method == .post else { return }
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: Self.bodyBytes) } catch is NIOTooManyBytesError {
            throw HTTPFailure(.contentTooLarge, "tooLarge", "parameters have \(Self.bodyBytes) bytes at most")
        }
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        let text = String(buffer: body)
        switch type {
        case "application/x-www-form-urlencoded": try add(form: text, endpoint)
        case "application/json": try add(json: text, endpoint)
        case "" where text.isEmpty: break
        default:
            throw HTTPFailure(
                .unsupportedMediaType, "contentType",
                "parameters are application/json or application/x-www-form-urlencoded")
        }
    }

    private mutating func add(form: String, _ endpoint: Endpoint) throws {
        for pair in form.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0])
            try add(name, parts.count > 1 ? try Self.decoded(parts[1]) : "", endpoint)
        }
    }

    private mutating func add(json: String, _ endpoint: Endpoint) throws {
        let object: [String: JSONParameter]
        do { object = try JSONDecoder().decode([String: JSONParameter].self, from: Data(json.utf8)) } catch {
            throw HTTPFailure(
                .badRequest, "json",
                "the body is no JSON object whose members are texts, numbers, booleans or lists of texts")
        }
        for (name, value) in object { try add(name, value.text, endpoint) }
    }

    private mutating func add(_ name: String, _ value: String, _ endpoint: Endpoint) throws {
        guard let parameter = endpoint.parameters.first(where: { $0.name == name }) else {
            throw HTTPFailure(
                .badRequest, "parameter", "there is no such parameter",
                [
                    ("parameter", .string(name)),
                    ("hint", .string("there are \(endpoint.parameters.map(\.name).joined(separator: ", "))")),
                ])
        }
        guard values[name] == nil else { throw Self.wrong(name, "the parameter is there twice") }
        switch parameter.kind {
        case .string: break
        case .integer(let range):
            guard let number = Int(value), range.contains(number) else {
                throw Self.wrong(name, "the parameter takes a number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .boolean:
            guard ["true", "false"].contains(value) else { throw Self.wrong(name, "the parameter takes true or false") }
        case .choice(let choices):
            guard choices.contains(value) else {
                throw Self.wrong(name, "the parameter takes \(choices.joined(separator: ", "))")
            }
        }
        values[name] = value
    }

    private static func wrong(_ name: String, _ message: String) -> HTTPFailure {
        HTTPFailure(.badRequest, "parameter", message, [("parameter", .string(name))])
    }

    private static func decoded(_ text: Substring) throws -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, let high = Self.digit(digits.first!), let low = Self.digit(digits.last!) else {
                    throw HTTPFailure(.badRequest, "parameter", "a `%` without two hexadecimal digits behind it")
                }
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw HTTPFailure(.badRequest, "parameter", "a parameter is no UTF-8")
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }

    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
    func integer(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
    func flag(_ name: String) -> Bool { values[name] == "true" }
}

/// A parameter in a JSON body. A list stands for its elements with commas between them.
private struct JSONParameter: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            text = flag ? "true" : "false"
        } else if let number = try? container.decode(Int.self) {
            text = String(number)
        } else if let list = try? container.decode([String].self) {
            text = list.joined(separator: ",")
        } else {
            text = try container.decode(String.self)
        }
    }
}
