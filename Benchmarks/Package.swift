// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that AuditStore's has nothing that its users do not need.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "AuditStore", path: "..")],
    targets: [
        .executableTarget(
            name: "ask-suite",
            dependencies: [
                .product(name: "AuditStore", package: "AuditStore"),
                .product(name: "KubernetesAudit", package: "AuditStore"),
            ],
            path: "Sources/AskSuite"),
        .executableTarget(
            name: "append-rate",
            dependencies: [
                .product(name: "AuditStore", package: "AuditStore"),
                .product(name: "KubernetesAudit", package: "AuditStore"),
            ],
            path: "Sources/AppendRate"),
    ],
    swiftLanguageModes: [.v6]
)
