import Glibc
import SegmentFormat
import Shredding
let args = CommandLine.arguments
let fd = open(args[1], O_RDONLY)
var st = stat(); fstat(fd, &st)
let size = Int(st.st_size)
let buf = UnsafeMutableRawPointer.allocate(byteCount: (33 << 20) + 64, alignment: 64)
let schema = ShreddingSchema(name: "k8s", eventTime: ["stageTimestamp"], times: [["stageTimestamp"],["requestReceivedTimestamp"]], identities: [["auditID"]], documents: [["requestObject"],["responseObject"]])
let b = SegmentBuilder(schema: schema, storeColumns: ["$source","$cluster"])
func cpu() -> Double { var t = timespec(); clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return Double(t.tv_sec) + Double(t.tv_nsec)*1e-9 }
var events = 0, stored = 0, bad = 0
var off = 0
let t0 = cpu()
var tShred = 0.0, tSeal = 0.0
while off < size {
  var n = pread(fd, buf, min(32 << 20, size - off), off)
  while buf.load(fromByteOffset: n-1, as: UInt8.self) != 10 { n -= 1 }
  let a = cpu()
  b.start(storeValues: [Array("\"x\"".utf8), nil])
  try b.append(linesFrom: buf, to: buf + n, malformed: { f, _ in bad += 1; print(f) })
  let c = cpu()
  let m = try b.finish()
  let d = cpu()
  tShred += c-a; tSeal += d-c
  events += m?.rows ?? 0
  b.withBytes { stored += $0.count }
  off += n
}
let t = cpu() - t0
print("events", events, "bad", bad, "stored", stored, "B/ev", Double(stored)/Double(events), "cpu", t, "ev/s", Double(events)/t, "shred", tShred, "seal", tSeal)
// dump
if args.count > 2 {
  off = 0
  let out = open(args[2], O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  let c0 = cpu()
  var arena = ByteArena(capacity: 1<<20)
  while off < size {
  var n = pread(fd, buf, min(32 << 20, size - off), off)
  while buf.load(fromByteOffset: n-1, as: UInt8.self) != 10 { n -= 1 }
  b.start(storeValues: [Array("\"x\"".utf8), nil])
  try b.append(linesFrom: buf, to: buf + n, malformed: { f, _ in bad += 1; print(f) })
  _ = try b.finish()
  let bytes = b.withBytes { Array($0) }
  let r = try SegmentReader(MemorySource(name: "mem", bytes: bytes))
  let g = RowGroupReader(r)
  let a = try EventAssembler(g)
  for i in r.metadata.rowGroups.indices { g.open(i)
    for row in 0..<g.rows { try a.append(row: row, to: &arena); arena.append(10)
      if arena.bytes.count > 1<<20 { _ = write(out, arena.bytes.baseAddress!, arena.bytes.count); arena.removeAll() } } }
  off += n
  }
  _ = write(out, arena.bytes.baseAddress!, arena.bytes.count)
  print("roundtrip cpu", cpu() - c0)
}
