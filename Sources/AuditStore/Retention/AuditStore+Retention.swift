extension AuditStore {
    // MARK: Expiry

    /// Drops the partitions whose events have been kept as long as their class says: whole files, in one commit.
    ///
    /// An event of the 15th of January whose class has one month is kept to the end of the 15th of February, UTC. Events that a legal
    /// hold is on stay. Readers that opened their snapshot before go on to see what is dropped; its files are removed when
    /// nobody reads.
    ///
    /// - Parameters:
    ///   - months: sets, for this and later times, how long events of the class `default` are kept; nil leaves it as it is (13 in
    ///     a new store).
    ///   - dryRun: changes nothing, and tells what would go.
    ///   - force: drops even what looks like a mistake.
    ///   - by: who does it, for the report that is kept.
    /// - Throws: `AuditStoreError`: `.refused` if the clock may be wrong or more than half of the events would go; `.locked` if another
    ///   process writes; `.invalidArgument`, `.io`; `CancellationError`. Then nothing was dropped.
    @discardableResult
    public func retain(
        months: Int? = nil, dryRun: Bool = false, force: Bool = false, by: String? = nil
    ) async throws -> ExpiryReport {
        try core.retain(months: months.map { .some($0) }, dryRun: dryRun, force: force, by: by)
    }

    /// Sets the rules that choose the class of an event when it is loaded or sealed: the first one that matches.
    ///
    /// Events that are in the store keep their class. A class of the rules that the store knows by its name gets their months, for
    /// the events that are there, too.
    ///
    /// - Parameters:
    ///   - policy: in the form of the schema, if that has one (`Docs/Retention.md`). nil: no
    ///     rules.
    ///   - by: who does it, for the report.
    ///   - dryRun: changes nothing, and checks the rules.
    /// - Returns: the classes that the store has then.
    /// - Throws: `AuditStoreError`: `.invalidArgument` with the place of what is wrong in the policy, `.limit` if it has more than
    ///   64 KiB, `.locked`, `.io`.
    @discardableResult
    public func setRetentionPolicy(
        _ policy: String?, by: String? = nil, dryRun: Bool = false
    ) async throws -> [RetentionClass] {
        try core.setPolicy(policy, by: by, dryRun: dryRun)
    }

    /// The rules, as they were given.
    public var retentionPolicy: String? {
        get throws { try core.directory.readManifest().retention.policy }
    }

    /// How long events are kept, by class; the first one is `default`.
    public var retentionClasses: [RetentionClass] {
        get throws { try core.directory.readManifest().retention.classes }
    }

    /// What was done to the events of the store and why, the oldest first: expired, deleted, held. The newest 400 entries are
    /// kept as they are, older ones added up.
    public var retentionRecords: [RetentionRecord] {
        get throws { try core.directory.readManifest().retention.records }
    }

    // MARK: Deletion

    /// Deletes events: no query that is asked after this sees them. Their bytes go with the next ``compact(progress:)``.
    ///
    /// What a stream of this process has acknowledged before is sealed first; events that come during the call may stay. Events that a legal
    /// hold is on stay, and are counted. Lines in quarantine have no fields, so that no condition finds them.
    ///
    /// - Parameters:
    ///   - condition: CEL; nil for all events of the time.
    ///   - since: RFC 3339, a date, or `now-24h`: only events at or after it.
    ///   - until: only events before it.
    ///   - reason: kept in the report.
    ///   - by: who does it, for the report.
    ///   - dryRun: changes nothing, and tells what would be deleted.
    /// - Throws: `ExpressionError` if the condition makes no sense; `AuditStoreError`: `.locked`, `.corrupt`, `.limit`, `.io`, `.cancelled`. Then
    ///   nothing was deleted.
    @discardableResult
    public func delete(
        where condition: String?, since: String? = nil, until: String? = nil, reason: String? = nil, by: String? = nil,
        dryRun: Bool = false
    ) async throws -> DeletionReport {
        try await core.delete(
            where: condition, since: since, until: until, reason: reason, by: by, dryRun: dryRun)
    }

    // MARK: Legal holds

    /// Holds events: as long as the hold stands, they neither expire nor are deleted. It is about events that come later, too.
    ///
    /// - Parameters:
    ///   - name: tells it from others.
    ///   - condition: CEL; nil for all events of the time. `now` in it means the moment of this call.
    ///   - since: RFC 3339, a date, or `now-24h`: only events at or after it.
    ///   - until: only events before it.
    ///   - reason: kept with the hold and in the report.
    ///   - by: who does it.
    /// - Throws: `ExpressionError` if the condition makes no sense; `AuditStoreError`: `.invalidArgument` if the name is taken, `.locked`,
    ///   `.limit`, `.io`.
    public func addHold(
        _ name: String, where condition: String?, since: String? = nil, until: String? = nil, reason: String? = nil,
        by: String? = nil
    ) async throws {
        try core.addHold(name, where: condition, since: since, until: until, reason: reason, by: by)
    }

    /// Ends a hold. Its events expire again, with the next ``retain(months:dryRun:force:by:)``.
    ///
    /// - Throws: `AuditStoreError`: `.invalidArgument` if there is none of this name, `.locked`, `.limit`, `.io`.
    public func removeHold(_ name: String, reason: String? = nil, by: String? = nil) async throws {
        try core.removeHold(name, reason: reason, by: by)
    }

    /// The legal holds that stand.
    public var holds: [LegalHold] {
        get throws { try core.directory.readManifest().retention.holds }
    }
}
