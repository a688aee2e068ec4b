public import AuditStore

/// What an event has in common with those that are shown around it.
public enum EventRelation: String, Sendable, CaseIterable {
    /// The same user name.
    case user
    /// The same resource, namespace and name, whatever the subresource and the API version.
    case object
    /// The same ``KubernetesEvent/remoteIP``.
    case address
    /// Nothing: all events around.
    case any
}

extension EventQuery where Schema == KubernetesAudit {
    /// The events before and after one, of the same user or object.
    ///
    ///     let around = try await store.events.context(of: event, sharing: .user, before: 5, after: 5)
    ///
    /// - Parameters:
    ///   - event: an event of this store.
    ///   - relation: what the others have in common with it. What the event lacks (a user, a name), the others lack, too.
    ///   - before, after: at most so many events before it and after it in time.
    public func context(
        of event: KubernetesEvent, sharing relation: EventRelation, before: Int = 10, after: Int = 10
    ) async throws -> EventContext<KubernetesEvent> {
        let related = self.where { fields in
            switch relation {
            case .any: Condition(.constant(true))
            case .user: Self.equal(fields.user.name, event.user?.name)
            case .address: Self.equal(fields.remoteIP, event.remoteIP)
            case .object:
                Self.equal(fields.object.resource, event.object?.resource)
                    && Self.equal(fields.object.apiGroup, event.object?.apiGroup)
                    && Self.equal(fields.object.namespace, event.object?.namespace)
                    && Self.equal(fields.object.name, event.object?.name)
            }
        }
        let (earlier, later) = try await related.neighbours(
            ofTime: event.stageTime, position: event.position, before: before, after: after)
        return EventContext(before: earlier, event: event, after: later)
    }

    private static func equal<Value: FieldValue>(_ field: Field<Value>, _ value: Value?) -> Condition {
        value.map { field == $0 } ?? !field.isPresent
    }
}
