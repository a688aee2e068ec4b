import AuditStore

extension KubernetesDerived {
    /// The images in `requestObject`.
    static let images = FieldReference(keys: ["requestObject"]).mapped { value in
        guard case .json(let text) = value else { return nil }
        let images = Images.named(in: JSONValue(text))
        return images.isEmpty ? nil : .list(images.map { .string($0) })
    }
}

enum Images {
    /// Where a pod's specification lies in the kinds that have one.
    private static let specifications = [
        ["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"],
        ["template", "spec"],
    ]
    private static let containers = ["containers", "initContainers", "ephemeralContainers"]

    /// The images that a body names, each once, in order.
    static func named(in body: JSONValue) -> [String] {
        var images: [String] = []
        var known: Set<String> = []
        for path in specifications {
            var specification: JSONValue? = body
            for key in path { specification = specification?[key] }
            guard let specification else { continue }
            for key in containers {
                guard let list = specification[key] else { continue }
                for container in list.elements {
                    if let image = container["image"]?.string, known.insert(image).inserted { images.append(image) }
                }
            }
        }
        return images
    }

    /// The images without their tags and digests, each once.
    @Sendable static func repositories(_ images: [String]) -> [String]? {
        var known: Set<String> = []
        return images.map(repository).filter { known.insert($0).inserted }
    }

    /// `registry.example.com:5000/web/api` of `registry.example.com:5000/web/api:v1.2@sha256:…`.
    static func repository(_ image: String) -> String {
        let name = image.prefix { $0 != "@" }
        // A colon before the last slash is that of a port.
        guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return String(name) }
        return String(name[..<colon])
    }
}
