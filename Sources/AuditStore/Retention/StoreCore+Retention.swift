import Shredding

extension StoreCore {
    /// Does one piece of work that changes the manifest, beside a stream of this process; what it leaves behind when it fails is
    /// removed. It is done again if compaction replaced meanwhile what it is about.
    private func withWriter<R>(_ body: (WriterLock, ClaimedIDs) throws -> R) throws -> R {
        try checkExists()
        let writer = try access.begin(.bulk, directory, schema)
        defer { access.end(.bulk) }
        return try access.whileRewriting {
            while true {
                let ids = ClaimedIDs(writer)
                do { return try body(writer, ids) } catch {
                    ids.removeStrays(from: directory)
                    if error is SegmentMerge.Superseded { continue }
                    throw AuditStoreError.wrapping(error)
                }
            }
        }
    }

    private func checkExists() throws {
        guard try directory.exists else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: directory.path))
        }
    }

    // MARK: Expiry

    /// - Parameter months: of the class `default`; the outer nil leaves them as they are.
    package func retain(months: Int?? = nil, dryRun: Bool, force: Bool, by: String?) throws -> ExpiryReport {
        if case .some(.some(let months)) = months, !(1...RetentionClass.largestMonths).contains(months) {
            throw AuditStoreError(
                .invalidArgument, "this is no number of months", expected: "1 to \(RetentionClass.largestMonths)",
                found: "\(months)")
        }
        try RetentionLimits.check(by, "the name of who did it", atMost: RetentionLimits.name)
        if dryRun {
            try checkExists()
            // The snapshot keeps the files from being removed meanwhile.
            var (manifest, snapshot) = try directory.snapshot(cache: cache)
            defer { withExtendedLifetime(snapshot) {} }
            if let months { manifest.retention.classes[0].months = months }
            return try Expiry(directory: directory, schema: description, by: by).preview(manifest)
        }
        return try withWriter { writer, ids in
            try Expiry(directory: directory, schema: description, by: by)
                .drop(months: months, force: force, writer, ids)
        }
    }

    // MARK: Rules

    /// - Parameter policy: nil: all events are of the class `default` from now on.
    /// - Returns: the classes that the store has then.
    package func setPolicy(_ policy: String?, by: String?, dryRun: Bool) throws -> [RetentionClass] {
        try RetentionLimits.check(policy, "the policy", atMost: RetentionLimits.policy)
        try RetentionLimits.check(by, "the name of who did it", atMost: RetentionLimits.name)
        let rules = try policy.map { try classifiers.rules($0) }
        if dryRun {
            try checkExists()
            return try directory.readManifest().adopting(rules)
        }
        return try withWriter { writer, _ in
            let now = directory.files.now
            try writer.commit { manifest in
                manifest.retention.classes = try manifest.adopting(rules)
                manifest.retention.policy = policy
                var record = RetentionRecord(.policySet, time: now, by: by)
                record.rule = rules.map { "\($0.rules.count) rules" } ?? "none"
                manifest.retention.add(record)
            }
            return writer.manifest.retention.classes
        }
    }

    // MARK: Deletion

    package func delete(
        where condition: String?, since: String?, until: String?, reason: String?, by: String?, dryRun: Bool
    ) async throws -> DeletionReport {
        let now = directory.files.now
        let range = try LegalHold.range(since: since, until: until, now: now)
        let question = LegalHold(
            name: "", condition: condition, since: range.since, until: range.until, reason: reason, by: by, added: now)
        try question.checkLengths()
        let deletion = Deletion(
            directory: directory, schema: description, predicate: try question.predicate(description))
        if dryRun {
            let manifest = try directory.readManifest()
            return try deletion.preview(try snapshot(), manifest)
        }
        try checkExists()
        try await sealStreamed()
        return try withWriter { writer, ids in
            let record = RetentionRecord(.deleted, time: now, by: by, rule: question.text, reason: reason)
            return try deletion.run(writer, ids, record: record)
        }
    }

    /// Brings into segments what streams have acknowledged: of this process's, and of one that died.
    private func sealStreamed() async throws {
        if let seal = access.seal { return try await seal() }
        guard try snapshot().hasUnsealed else { return }
        try await writer(WriterOptions()).close()
    }

    // MARK: Legal holds

    package func addHold(
        _ name: String, where condition: String?, since: String?, until: String?, reason: String?, by: String?
    ) throws {
        guard !name.isEmpty else { throw AuditStoreError(.invalidArgument, "a legal hold needs a name") }
        let now = directory.files.now
        let range = try LegalHold.range(since: since, until: until, now: now)
        let hold = LegalHold(
            name: name, condition: condition, since: range.since, until: range.until, reason: reason, by: by, added: now
        )
        try hold.checkLengths()
        _ = try hold.predicate(description)
        try withWriter { writer, _ in
            try writer.commit { manifest in
                guard !manifest.retention.holds.contains(where: { $0.name == name }) else {
                    throw AuditStoreError(.invalidArgument, "there is a legal hold of this name already", found: name)
                }
                guard manifest.retention.holds.count < RetentionLimits.holds else {
                    throw AuditStoreError(
                        .limit, "there are too many legal holds", expected: "at most \(RetentionLimits.holds)")
                }
                manifest.retention.holds.append(hold)
                manifest.retention.add(
                    RetentionRecord(.holdAdded, time: now, by: by, name: name, rule: hold.text, reason: reason))
            }
        }
    }

    package func removeHold(_ name: String, reason: String?, by: String?) throws {
        try RetentionLimits.check(reason, "the reason", atMost: RetentionLimits.reason)
        try RetentionLimits.check(by, "the name of who did it", atMost: RetentionLimits.name)
        let now = directory.files.now
        try withWriter { writer, _ in
            try writer.commit { manifest in
                guard let index = manifest.retention.holds.firstIndex(where: { $0.name == name }) else {
                    throw AuditStoreError(.invalidArgument, "there is no legal hold of this name", found: name)
                }
                let hold = manifest.retention.holds.remove(at: index)
                manifest.retention.add(
                    RetentionRecord(.holdRemoved, time: now, by: by, name: name, rule: hold.text, reason: reason))
            }
        }
    }
}

extension LegalHold {
    /// What it is about, in one line.
    var text: String {
        var parts: [String] = condition.map { [$0] } ?? []
        if let since { parts.append("since \(Instant(microseconds: since).shortDescription)") }
        if let until { parts.append("until \(Instant(microseconds: until).shortDescription)") }
        return parts.isEmpty ? "all events" : parts.joined(separator: " ")
    }

    static func range(
        since: String?, until: String?, now: Int64
    ) throws(ExpressionError) -> (since: Int64?, until: Int64?) {
        (
            try since.map { text throws(ExpressionError) in try TextTime.parse(text, now: now) },
            try until.map { text throws(ExpressionError) in try TextTime.parse(text, now: now) }
        )
    }

    func checkLengths() throws(AuditStoreError) {
        try RetentionLimits.check(name, "the name", atMost: RetentionLimits.name)
        try RetentionLimits.check(condition, "the condition", atMost: RetentionLimits.condition)
        try RetentionLimits.check(reason, "the reason", atMost: RetentionLimits.reason)
        try RetentionLimits.check(by, "the name of who did it", atMost: RetentionLimits.name)
    }
}

extension Manifest {
    /// The classes with those of new rules: one of a known name gets their months, for the events that are there, too.
    ///
    /// - Throws: `AuditStoreError`: `.limit` if they are too many.
    fileprivate func adopting(_ rules: RetentionRules?) throws(AuditStoreError) -> [RetentionClass] {
        var classes = retention.classes
        for new in rules?.classes ?? [] {
            if let index = classes.firstIndex(where: { $0.name == new.name }) {
                classes[index].months = new.months
            } else {
                let id = (classes.map(\.id).max() ?? 0) + 1
                classes.append(RetentionClass(name: new.name, months: new.months, id: id))
            }
        }
        guard classes.count <= RetentionLimits.classes else {
            throw AuditStoreError(
                .limit, "the rules of this store had too many classes", expected: "at most \(RetentionLimits.classes)")
        }
        return classes
    }
}
