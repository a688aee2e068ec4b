public import AuditStore

/// The changes of one object, oldest first, found as they are asked for.
///
/// Only the last version of the object is kept in memory. Throws what ``EventSequence`` does.
public struct ObjectHistory: AsyncSequence, Sendable {
    /// The changes that are part of the answer.
    let shown: EventSequence<KubernetesEvent>
    /// All changes of the time, so that each is compared with the one before it and not with the one shown before it.
    let all: EventSequence<KubernetesEvent>
    /// The changes before that time, newest first.
    let earlier: EventSequence<KubernetesEvent>?
    let object: ObjectName
    let excluded: Set<String>

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            shown: shown.makeAsyncIterator(), all: all.makeAsyncIterator(), earlier: earlier,
            versions: ObjectVersions(object, excluding: excluded))
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        var shown: EventSequence<KubernetesEvent>.AsyncIterator
        var all: EventSequence<KubernetesEvent>.AsyncIterator
        var earlier: EventSequence<KubernetesEvent>?
        var versions: ObjectVersions

        public mutating func next() async throws -> ObjectChange? {
            guard let wanted = try await shown.next() else { return nil }
            if let earlier {
                for event in try await earlier.collect().reversed() { _ = versions.change(by: event) }
                self.earlier = nil
            }
            while let event = try await all.next() {
                let change = versions.change(by: event)
                if event.position == wanted.position { return change }
            }
            return nil
        }
    }
}

extension EventQuery where Schema == KubernetesAudit {
    /// Every request that changed an object or tried to, in order: who, when, from where, and what became different.
    ///
    ///     let deployment = ObjectName(resource: "deployments", namespace: "payments-prod", name: "api")
    ///     for try await change in try store.events.history(of: deployment) {
    ///         print(change.event.user?.name ?? "?", change.changes.map(\.path))
    ///     }
    ///
    /// Subresources (`status`, `scale`, `exec`) are part of the history, and so is each `deletecollection` in the object's
    /// namespace, which may have deleted it. Of the stages of a request there is the last one, see
    /// ``KubernetesFields/isOutcome``.
    ///
    /// The conditions of this query say which changes are in the answer. A change is compared with the version before it
    /// whether that is in the answer or not; where the query begins at some time, with the last one among the hundred changes
    /// before that.
    ///
    /// - Parameter excluded: paths of the body that are not compared.
    public func history(
        of object: ObjectName, excluding excluded: Set<String> = BodyDifference.usuallyExcluded
    ) -> ObjectHistory {
        let all = unconditional().where { object.isChanged($0) }
        return ObjectHistory(
            shown: self.where { object.isChanged($0) }.oldestFirst(), all: all.oldestFirst(),
            earlier: start.map { all.atAnyTime().until($0).newestFirst(limit: 100) }, object: object,
            excluded: excluded)
    }
}

extension ObjectName {
    /// Requests that changed the object or tried to.
    fileprivate func isChanged(_ fields: KubernetesFields) -> Condition {
        let isNamed = fields.object.name == name && fields.verb.isIn(["create", "update", "patch", "delete"])
        // A name that the API server chose is in the answer alone.
        let isNamedByServer =
            fields.verb == "create" && !fields.object.name.isPresent
            && Field<String>(FieldReference(keys: ["responseObject", "metadata", "name"])) == name
        let isCollection = fields.verb == "deletecollection" && !fields.object.name.isPresent
        var condition = fields.object.resource == resource && fields.isOutcome
        if let namespace {
            condition = condition && fields.object.namespace == namespace
        } else {
            condition = condition && !fields.object.namespace.isPresent
        }
        if let apiGroup {
            condition =
                condition
                && (apiGroup.isEmpty ? !fields.object.apiGroup.isPresent : fields.object.apiGroup == apiGroup)
        }
        return condition && (isNamed || isCollection || isNamedByServer)
    }
}

/// The last known versions of an object.
struct ObjectVersions {
    private let object: ObjectName
    private let excluded: Set<String>
    /// By where it comes from and by its kind: an answer has defaults that a request lacks, and a `Scale` is no `Deployment`.
    private var last: [VersionKind: JSONValue] = [:]

    private struct VersionKind: Hashable {
        var basis: ObjectChange.Basis
        var kind: String?
    }

    /// Kinds that are kept; a client can make up any number in its requests.
    private static let kindLimit = 16

    init(_ object: ObjectName, excluding excluded: Set<String>) {
        self.object = object
        self.excluded = excluded
    }

    mutating func change(by event: KubernetesEvent) -> ObjectChange {
        let isDryRun = event.requestURI?.contains("dryRun=All") ?? false
        var change = ObjectChange(
            event: event, basis: .none, isFirst: false, changes: [], omittedChanges: 0, patch: nil, isDryRun: isDryRun)
        if let (basis, body) = body(of: event) {
            change.basis = basis
            let kind = VersionKind(basis: basis, kind: body["kind"]?.string)
            let difference = BodyDifference(from: last[kind], to: body, excluding: excluded)
            change.changes = difference.changes
            change.omittedChanges = difference.omitted
            change.isFirst = last[kind] == nil
            if change.isDone, last[kind] != nil || last.count < Self.kindLimit { last[kind] = body }
        } else if event.verb == "patch", let patch = event.requestObject {
            change.basis = .patch
            change.patch = patch
        }
        return change
    }

    /// The object as the event has it.
    private func body(of event: KubernetesEvent) -> (basis: ObjectChange.Basis, body: JSONValue)? {
        let code = event.response?.code ?? 0
        guard code < 400 else { return nil }
        if let body = event.responseObject, isObject(body) { return (.response, body) }
        guard event.verb == "create" || event.verb == "update", let body = event.requestObject, isObject(body) else {
            return nil
        }
        return (.request, body)
    }

    /// Not a `Status`, which says that it went well, nor a list of what was deleted, nor the options of a request.
    private func isObject(_ body: JSONValue) -> Bool {
        guard let metadata = body["metadata"], metadata.kind == .object, body["kind"]?.string != "Status" else {
            return false
        }
        return metadata["name"]?.string == object.name
    }
}
