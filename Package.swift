// swift-tools-version: 6.2
import PackageDescription

// The arrows between targets point one way:
//   auditstore (tool) -> KubernetesAudit, CloudTrailAudit (schemas) -> LogSources (files, compression) -> AuditStore (store, queries)
//                     -> Shredding (events to columns and back) -> SegmentFormat (bytes, encodings, pages)
var settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
// For the thread sanitizer (`make thread-sanitizer`): a Mutex of the package's own, under the same name in all files.
if Context.environment["AUDITSTORE_WATCHED_MUTEX"] != nil {
    settings.append(.define("AUDITSTORE_WATCHED_MUTEX"))
} else {
    settings.append(.enableUpcomingFeature("MemberImportVisibility"))
}
// CI builds so; a user's newer compiler may warn of more without breaking the build.
if Context.environment["WARNINGS_AS_ERRORS"] != nil { settings.append(.treatAllWarnings(as: .error)) }

let package = Package(
    name: "AuditStore",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(name: "AuditStore", targets: ["AuditStore"]),
        .library(name: "KubernetesAudit", targets: ["KubernetesAudit"]),
        .library(name: "CloudTrailAudit", targets: ["CloudTrailAudit"]),
        .library(name: "LogSources", targets: ["LogSources"]),
        .library(name: "AuditServer", targets: ["AuditServer"]),
        .executable(name: "auditstore", targets: ["AuditStoreTool"]),
        .executable(name: "auditstore-serve", targets: ["AuditServeTool"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Of the server alone: a program that links AuditStore compiles none of them.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.83.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.24.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.29.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    ],
    targets: [
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"]), .brew(["lz4"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        .target(name: "CKernels"),
        .target(name: "SegmentFormat", dependencies: ["CKernels", "CLZ4", "CZstd"], swiftSettings: settings),
        .target(name: "Shredding", dependencies: ["CKernels", "SegmentFormat"], swiftSettings: settings),
        .target(name: "AuditStore", dependencies: ["CKernels", "SegmentFormat", "Shredding"], swiftSettings: settings),
        .target(
            name: "LogSources", dependencies: ["AuditStore", "CKernels", "CLZ4", "CZstd", "CZlib"],
            swiftSettings: settings),
        .target(
            name: "KubernetesAudit", dependencies: ["AuditStore", "LogSources", "CYAML"], swiftSettings: settings),
        .target(name: "CloudTrailAudit", dependencies: ["AuditStore", "LogSources"], swiftSettings: settings),
        // Answers as JSON: what the tool and the server print alike.
        .target(name: "AuditOutput", dependencies: ["AuditStore"], swiftSettings: settings),
        // The webhook receiver and the query API over HTTP.
        .target(
            name: "AuditServer",
            dependencies: [
                "AuditOutput", "AuditStore", "KubernetesAudit", "LogSources",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "AuditServeTool",
            dependencies: [
                "AuditServer", "AuditStore", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        // Synthetic logs, for benchmarks and sizing: it knows neither the store nor the schema, so that it can prove nothing by sharing.
        .target(name: "AuditGenerator", swiftSettings: settings),
        .executableTarget(
            // The module is not called auditstore: that is AuditStore on a file system without case.
            name: "AuditStoreTool",
            dependencies: [
                "AuditGenerator", "AuditOutput", "AuditStore", "CloudTrailAudit", "KubernetesAudit", "LogSources",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // What the tests share: fixtures, random JSON, seeded randomness.
        .target(
            name: "TestSupport", dependencies: ["SegmentFormat", "Shredding", "CZstd"], path: "Tests/Support",
            swiftSettings: settings),
        .testTarget(
            name: "SegmentFormatTests", dependencies: ["SegmentFormat", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ShreddingTests", dependencies: ["Shredding", "SegmentFormat", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "AuditStoreTests",
            dependencies: [
                "AuditStore", "Shredding", "SegmentFormat", "KubernetesAudit", "LogSources", "TestSupport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "AuditStoreToolTests",
            dependencies: ["AuditStoreTool", "AuditOutput", "AuditStore", "KubernetesAudit"],
            swiftSettings: settings),
        .testTarget(
            name: "AuditServerTests",
            dependencies: [
                "AuditServer", "AuditStore", "CZlib", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ], swiftSettings: settings),
        .testTarget(
            name: "AuditGeneratorTests",
            dependencies: ["AuditGenerator", "AuditStore", "KubernetesAudit", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CloudTrailAuditTests", dependencies: ["CloudTrailAudit", "AuditStore"],
            swiftSettings: settings),
        .testTarget(
            name: "LogSourcesTests", dependencies: ["LogSources", "AuditStore", "CLZ4", "CZstd", "CZlib"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// Fuzzers want instrumented code and a runtime of their own: Tests/Fuzzing/run.sh builds them, in place of the tests.
if Context.environment["AUDITSTORE_FUZZING"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets += [
        .target(name: "FuzzDriver", path: "Tests/Fuzzing/Driver"),
        .executableTarget(
            name: "Fuzzing",
            dependencies: [
                "FuzzDriver", "AuditStore", "KubernetesAudit", "LogSources", "SegmentFormat",
                "TestSupport",
            ], path: "Tests", sources: ["Fuzzing/Targets", "AuditStoreTests/Store/Support"], swiftSettings: settings),
    ]
}
