import SegmentFormat
import Shredding

/// Drops what is past its time: in one commit, whole files where no legal hold is on them.
struct Expiry {
    let directory: StoreDirectory
    let schema: SchemaDescription
    /// Who does it.
    let by: String?

    private struct Outcome {
        var report = ExpiryReport()
        var gone: [SegmentDescription] = []
        var rewritten: [SegmentDescription] = []
        var quarantine: [SegmentDescription] = []
        var quarantinedLines: UInt64 = 0
    }

    /// What would go.
    func preview(_ manifest: Manifest) throws -> ExpiryReport {
        let now = directory.files.now
        var report = try run(ExpiryPlan(manifest, now: now), manifest, ids: nil).report
        report.refusal = ExpiryGuard.refusal(of: report, manifest, now: now)
        return report
    }

    /// Drops it.
    ///
    /// - Parameter months: sets what the class `default` has; the outer nil leaves it as it is.
    /// - Throws: `SegmentMerge.Superseded` if others replaced what was looked at; nothing was dropped then.
    func drop(months: Int??, force: Bool, _ writer: WriterLock, _ ids: ClaimedIDs) throws -> ExpiryReport {
        let report = try commit(months: months, force: force, writer, ids)
        // The events are gone, whatever becomes of their files: what cannot be removed now is removed later.
        try? directory.removeObsolete(writer)
        return report
    }

    private func commit(months: Int??, force: Bool, _ writer: WriterLock, _ ids: ClaimedIDs) throws -> ExpiryReport {
        // As every reader: what compacts beside a stream may replace what is read here, and remove it.
        let lock = try directory.files.lock(directory.location(FileNames.readerLock), .shared, wait: true)
        defer { lock?.unlock() }
        let now = directory.files.now
        var manifest = writer.manifest
        if let months { manifest.retention.classes[0].months = months }
        let plan = ExpiryPlan(manifest, now: now)
        // Before anything is written; without legal holds no file is looked at for it.
        if !force, let refusal = ExpiryGuard.refusal(of: try run(plan, manifest, ids: nil).report, manifest, now: now) {
            throw refusal
        }
        let outcome = try run(plan, manifest, ids: ids)
        let isNew = manifest.retention.classes != writer.manifest.retention.classes
        guard isNew || !outcome.gone.isEmpty || !outcome.quarantine.isEmpty else { return outcome.report }
        for name in Set(outcome.rewritten.map { FileNames.partition($0.day) }).sorted() {
            try directory.files.syncDirectory(directory.location(name))
        }
        let gone = Set(outcome.gone)
        let quarantine = Set(outcome.quarantine)
        try writer.commit { manifest in
            let count = manifest.segments.count
            manifest.segments.removeAll { gone.contains($0) }
            guard count - manifest.segments.count == gone.count else { throw SegmentMerge.Superseded() }
            manifest.segments += outcome.rewritten
            manifest.segments.sort { $0.firstSequence < $1.firstSequence }
            manifest.quarantine.removeAll { quarantine.contains($0) }
            manifest.quarantinedLines -= min(manifest.quarantinedLines, outcome.quarantinedLines)
            manifest.obsolete += outcome.gone.flatMap { directory.names(of: $0) }
            manifest.obsolete += outcome.quarantine.flatMap { directory.names(of: $0, quarantine: true) }
            if isNew, let months { manifest.retention.setStandard(months: months, at: now, by: by) }
            for record in records(of: outcome.report, at: now) { manifest.retention.add(record) }
            if let erased = RetentionRecord.erased(outcome.gone, at: now) { manifest.retention.add(erased) }
        }
        return outcome.report
    }

    // MARK: Segments

    /// - Parameter ids: numbers for what is rewritten; nil: nothing is to be written, only told.
    private func run(_ plan: ExpiryPlan, _ manifest: Manifest, ids: ClaimedIDs?) throws -> Outcome {
        var outcome = Outcome()
        var partitions: [String: ExpiredPartition] = [:]
        let held = try HeldEvents(manifest.retention.holds, schema: schema)
        let finder = RowFinder(schema: schema)
        for segment in plan.segments {
            try Task.checkCancellation()
            let known = manifest.retention.retentionClass(segment.retentionClass)
            let name = segment.day.map(FileNames.date) ?? FileNames.undated
            var partition =
                partitions["\(name) \(known.id)"]
                ?? ExpiredPartition(partition: name, retentionClass: known, day: segment.day)
            do {
                try drop(segment, held, finder, ids, &partition, &outcome)
                partitions["\(name) \(known.id)"] = partition
            } catch {
                let damage = try StoreDirectory.damage(error)
                outcome.report.failures.append((damage.location?.file ?? directory.path, damage))
            }
        }
        for segment in plan.quarantine {
            try Task.checkCancellation()
            let known = manifest.retention.retentionClass(segment.retentionClass)
            var partition =
                partitions[FileNames.quarantine]
                ?? ExpiredPartition(partition: FileNames.quarantine, retentionClass: known, day: nil)
            let lines = try lines(of: segment)
            partition.segments += 1
            partition.events += lines
            partition.rawBytes += segment.rawBytes
            partition.storedBytes += segment.storedBytes
            partitions[FileNames.quarantine] = partition
            outcome.quarantine.append(segment)
            outcome.quarantinedLines += lines
        }
        outcome.report.partitions = partitions.values.sorted {
            ($0.day ?? .max, $0.partition == FileNames.quarantine ? 1 : 0, $0.retentionClass.id)
                < ($1.day ?? .max, $1.partition == FileNames.quarantine ? 1 : 0, $1.retentionClass.id)
        }
        return outcome
    }

    /// Drops a segment, or all of it but the events that are held.
    private func drop(
        _ segment: SegmentDescription, _ held: HeldEvents, _ finder: RowFinder, _ ids: ClaimedIDs?,
        _ partition: inout ExpiredPartition, _ outcome: inout Outcome
    ) throws {
        var reader: SegmentReader?
        let rows = try held.rows(segment, { try opened(segment, &reader) }, finder)
        guard let rows, let reader else {
            partition.segments += 1
            partition.events += segment.liveRows
            partition.rawBytes += segment.liveRawBytes
            partition.storedBytes += segment.storedBytes
            outcome.gone.append(segment)
            return
        }
        partition.held += UInt64(rows.count)
        // What is wholly held stays as it is, however often this runs.
        if UInt64(rows.count) == segment.rows { return }
        partition.segments += 1
        partition.events += segment.liveRows - UInt64(rows.count)
        partition.rawBytes +=
            segment.liveRawBytes - min(segment.liveRawBytes, try finder.rawBytes(of: rows, in: reader))
        guard let ids else { return }
        let new = try SegmentRewrite(directory: directory, schema: schema.shredding, ids: ids).write(
            rows, of: reader, segment)
        partition.storedBytes += segment.storedBytes - min(segment.storedBytes, new.storedBytes)
        outcome.gone.append(segment)
        outcome.rewritten.append(new)
    }

    private func opened(_ segment: SegmentDescription, _ reader: inout SegmentReader?) throws -> SegmentReader {
        let opened = try directory.open(segment)
        reader = opened
        return opened
    }

    /// Lines of a segment of the quarantine; a long one has several rows. One that is damaged goes as others do: its rows count.
    private func lines(of segment: SegmentDescription) throws -> UInt64 {
        let reader: SegmentReader
        do { reader = try directory.open(segment, quarantine: true) } catch {
            _ = try StoreDirectory.damage(error)
            return segment.rows
        }
        guard let column = reader.column(path: StoreColumn.continues) else { return segment.rows }
        return segment.rows - reader.metadata.rowGroups.reduce(0) { $0 + UInt64($1.chunks[column].present) }
    }

    // MARK: Records

    /// One a class, and one for the quarantine.
    private func records(of report: ExpiryReport, at time: Int64) -> [RetentionRecord] {
        var records: [RetentionRecord] = []
        for partition in report.partitions where partition.segments > 0 || partition.held > 0 {
            let isQuarantine = partition.partition == FileNames.quarantine
            let name = isQuarantine ? FileNames.quarantine : partition.retentionClass.name
            var index = records.firstIndex { $0.name == name && isQuarantine == ($0.reason != nil) }
            if index == nil {
                records.append(
                    RetentionRecord(
                        .expired, time: time, by: by, name: name, rule: partition.retentionClass.duration,
                        reason: isQuarantine ? "lines that were no events, by when they were loaded" : nil))
                index = records.count - 1
            }
            guard let index else { continue }
            records[index].segments += UInt64(partition.segments)
            records[index].events += partition.events
            records[index].rawBytes += partition.rawBytes
            records[index].storedBytes += partition.storedBytes
            records[index].held += partition.held
            records[index].extend(partition.day.map { EventTimes.wholeDay($0) })
        }
        return records
    }
}

extension EventTimes {
    /// The microseconds of a day.
    static func wholeDay(_ day: Int64) -> ClosedRange<Int64> {
        let start = day * microsecondsPerDay
        return start...start + microsecondsPerDay - 1
    }
}

extension RetentionState {
    mutating func setStandard(months: Int?, at time: Int64, by: String?) {
        classes[0].months = months
        add(RetentionRecord(.monthsSet, time: time, by: by, name: classes[0].name, rule: classes[0].duration))
    }
}
