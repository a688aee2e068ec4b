import FuzzDriver

/// Runs one target with libFuzzer's arguments: `Fuzzing wal -max_total_time=60 CORPUS`.
let targets: [String: fuzz_target] = [
    "wal": { WALTarget.run(UnsafeRawBufferPointer(start: $0, count: $1)) },
    "manifest": { ManifestTarget.run(UnsafeRawBufferPointer(start: $0, count: $1)) },
    "segment": { SegmentTarget.run(UnsafeRawBufferPointer(start: $0, count: $1)) },
    "events": { EventsTarget.run(UnsafeRawBufferPointer(start: $0, count: $1)) },
    "text": { TextTarget.run(UnsafeRawBufferPointer(start: $0, count: $1)) },
    "compressed": { CompressedTarget.run(UnsafeRawBufferPointer(start: $0, count: $1)) },
]
guard CommandLine.argc >= 2, let target = targets[CommandLine.arguments[1]] else {
    print("usage: Fuzzing \(targets.keys.sorted().joined(separator: "|")) [arguments of libFuzzer]")
    fatalError("no such target")
}
await WALTarget.prepare()
// The name of the target takes the place of the program's.
_ = fuzz_run(CommandLine.argc - 1, CommandLine.unsafeArgv + 1, target)

/// Something that must not happen, as libFuzzer sees it.
func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
