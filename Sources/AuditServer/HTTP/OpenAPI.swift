import HTTPTypes

/// The OpenAPI 3.1 document of the server, made of its endpoints.
public enum OpenAPI {
    /// As `/openapi.json` gives it.
    public static let document = Array(json.bytes)

    private static var json: JSONDocument {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "AuditStore", "version": "1",
                "summary":
                    "Receives the audit webhooks of Kubernetes clusters, and answers anything about their events.",
            ],
            "paths": .object(Endpoint.all.map { ($0.path, path($0)) }),
            "components": [
                "securitySchemes": [
                    "ingestToken": ["type": "http", "scheme": "bearer", "description": "A token of --ingest-tokens."],
                    "readToken": ["type": "http", "scheme": "bearer", "description": "A token of --read-tokens."],
                ],
                "schemas": schemas,
            ],
        ]
    }

    private static func path(_ endpoint: Endpoint) -> JSONDocument {
        .object(endpoint.methods.map { ($0.rawValue.lowercased(), operation(endpoint, $0)) })
    }

    private static func operation(_ endpoint: Endpoint, _ method: HTTPRequest.Method) -> JSONDocument {
        var members: [(String, JSONDocument)] = [
            (
                "operationId",
                .text(endpoint.name.rawValue + (endpoint.methods.count > 1 && method == .post ? "ByPost" : ""))
            ),
            ("summary", .text(endpoint.summary)),
        ]
        var parameters = endpoint.segments.filter { $0.hasPrefix("{") }.map { segment -> JSONDocument in
            [
                "name": .text(String(segment.dropFirst().dropLast())), "in": "path", "required": true,
                "description": "Kept with each event, as the field `cluster`.",
                "schema": ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,253}$"],
            ]
        }
        parameters += endpoint.parameters.map { parameter in
            [
                "name": .text(parameter.name), "in": "query", "required": false,
                "description": .text(parameter.description), "schema": schema(parameter),
            ]
        }
        if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
        if method == .post { members.append(("requestBody", body(endpoint))) }
        var responses = [("200", success(endpoint.content))]
        responses += endpoint.failures.map {
            (String($0), endpoint.content == .status && $0 == 503 ? status(503) : failure($0))
        }
        members.append(("responses", .object(responses)))
        let security: JSONDocument =
            switch endpoint.access {
            case .everybody: []
            case .ingest: [["ingestToken": []], [:]]
            case .read: [["readToken": []], [:]]
            }
        members.append(("security", security))
        return .object(members)
    }

    private static func schema(_ parameter: Parameter) -> JSONDocument {
        switch parameter.kind {
        case .string: ["type": "string"]
        case .boolean: ["type": "boolean"]
        case .integer(let range):
            ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .choice(let choices): ["type": "string", "enum": .array(choices.map { .text($0) })]
        }
    }

    private static func body(_ endpoint: Endpoint) -> JSONDocument {
        if endpoint.access == .ingest {
            return [
                "required": true, "description": "Plain, or with Content-Encoding: gzip.",
                "content": ["application/json": ["schema": ["$ref": "#/components/schemas/EventList"]]],
            ]
        }
        let properties = JSONDocument.object(endpoint.parameters.map { ($0.name, schema($0)) })
        let object: JSONDocument = ["type": "object", "additionalProperties": false, "properties": properties]
        return [
            "required": false, "description": "Parameters, in place of those of the query string.",
            "content": [
                "application/json": ["schema": object], "application/x-www-form-urlencoded": ["schema": object],
            ],
        ]
    }

    private static func success(_ content: Endpoint.Content) -> JSONDocument {
        func answer(_ type: String, _ schema: JSONDocument) -> JSONDocument {
            let content: JSONDocument = ["schema": schema]
            return ["description": "Done.", "content": .object([(type, content)])]
        }
        switch content {
        case .receipt: return answer("application/json", ["$ref": "#/components/schemas/Receipt"])
        case .rows:
            return [
                "description": "The rows.",
                "content": [
                    "application/json": ["schema": ["type": "array", "items": ["type": "object"]]],
                    "application/x-ndjson": ["schema": ["type": "string"]],
                ],
            ]
        case .events: return answer("application/x-ndjson", ["type": "string"])
        case .statistics: return answer("application/json", ["$ref": "#/components/schemas/Statistics"])
        case .text: return answer("text/plain", ["type": "string"])
        case .status: return status(200)
        case .openAPI: return answer("application/json", ["type": "object"])
        }
    }

    private static func status(_ code: Int) -> JSONDocument {
        [
            "description": .text(code == 200 ? "Yes." : "Not now."),
            "content": ["text/plain": ["schema": ["type": "string"]]],
        ]
    }

    private static func failure(_ code: Int) -> JSONDocument {
        var members: [(String, JSONDocument)] = [
            ("description", .text(code == 507 ? "Insufficient Storage" : HTTPResponse.Status(code: code).reasonPhrase)),
            ("content", ["application/json": ["schema": ["$ref": "#/components/schemas/Failure"]]]),
        ]
        if [429, 503, 507].contains(code) {
            members.append(
                ("headers", ["Retry-After": ["description": "Seconds.", "schema": ["type": "integer", "minimum": 1]]]))
        }
        return .object(members)
    }

    private static var schemas: JSONDocument {
        let count: JSONDocument = ["type": "integer", "minimum": 0]
        let time: JSONDocument = ["type": ["string", "null"], "format": "date-time"]
        return [
            "EventList": [
                "type": "object", "required": ["items"],
                "properties": [
                    "kind": ["type": "string"], "apiVersion": ["type": "string"],
                    "items": ["type": "array", "items": ["type": "object"]],
                ],
            ],
            "Receipt": [
                "type": "object", "additionalProperties": false, "required": ["events", "duplicates", "oversized"],
                "properties": ["events": count, "duplicates": count, "oversized": count],
            ],
            "Statistics": [
                "type": "object",
                "required": [
                    "events", "rawBytes", "storedBytes", "bytesPerEvent", "ratio", "segments", "partitions",
                    "quarantined",
                    "firstTime", "lastTime",
                ],
                "properties": [
                    "events": count, "deleted": count, "firstTime": time, "lastTime": time, "rawBytes": count,
                    "storedBytes": count, "bytesPerEvent": ["type": "number"], "ratio": ["type": "number"],
                    "segments": count, "youngSegments": count, "partitions": count, "unsealedEvents": count,
                    "quarantined": count,
                ],
            ],
            "Failure": [
                "type": "object", "additionalProperties": false, "required": ["error"],
                "properties": [
                    "error": [
                        "type": "object", "required": ["code", "message"],
                        "properties": [
                            "code": ["type": "string"], "message": ["type": "string"], "parameter": ["type": "string"],
                            "line": count, "column": count, "offset": count, "length": count,
                            "source": ["type": "string"], "hint": ["type": ["string", "null"]],
                            "display": ["type": "string"], "item": count, "stored": count,
                        ],
                    ]
                ],
            ],
        ]
    }
}
