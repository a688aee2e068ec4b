// swift-tools-version: 6.2
import Foundation
import PackageDescription

// What is measured by itself (encodings, dictionaries, the shredder) is of package access: the micro benchmarks are compiled as a
// part of AuditStore's package, whose name to the compiler is that of its directory.
let root = URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent().lastPathComponent.lowercased()
let asPartOfAuditStore = ["-package-name", String(root.map { $0.isLetter || $0.isNumber ? $0 : "_" })]

// A package of its own, so that AuditStore's has nothing that its users do not need.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "AuditStore", path: ".."),
        // Without its traits: what counts allocations replaces malloc, and slows down what is measured.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Micro",
            dependencies: [
                .product(name: "AuditStore", package: "AuditStore"),
                .product(name: "KubernetesAudit", package: "AuditStore"),
                .product(name: "LogSources", package: "AuditStore"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro",
            packageAccess: false, swiftSettings: [.unsafeFlags(asPartOfAuditStore)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .executableTarget(
            name: "Macro",
            dependencies: [
                .product(name: "AuditStore", package: "AuditStore"),
                .product(name: "KubernetesAudit", package: "AuditStore"),
                .product(name: "Benchmark", package: "benchmark"),
                "QuerySuite",
            ],
            path: "Benchmarks/Macro",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        // The twelve questions, through the typed API.
        .target(
            name: "QuerySuite",
            dependencies: [
                .product(name: "AuditStore", package: "AuditStore"),
                .product(name: "KubernetesAudit", package: "AuditStore"),
            ]),
        .executableTarget(
            name: "ask-suite",
            dependencies: [
                .product(name: "AuditStore", package: "AuditStore"),
                .product(name: "KubernetesAudit", package: "AuditStore"), "QuerySuite",
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
