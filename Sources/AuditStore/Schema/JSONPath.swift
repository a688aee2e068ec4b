/// Any path of the events, typed by whoever asks: for what a schema has no field for.
///
///     events.where { $0.requestObject["spec"]["replicas"].as(Int.self) > 3 }
///     events.group { $0.requestObject["spec"]["containers"].elements["image"].strings.elements() }
///     events.aggregate(.max(\.requestObject["spec"]["replicas"].int), .mismatches(\.requestObject["spec"]["replicas"].int))
///
/// Events may hold different types at one path. Values of another type than the one asked for count as absent, and
/// ``Aggregate/mismatches(_:)`` says how many there are. It plays no part for the answer where the store keeps a path: in a column
/// of its own, within a body, or in the residual.
public struct JSONPath: Sendable, Hashable {
    private var components: [FieldPath.Component]

    /// The path of keys of the event, from the outermost object on.
    public init(_ key: String, _ more: String...) { components = ([key] + more).map { .key($0) } }

    package var reference: FieldReference { FieldReference(.path(components)) }

    private func appending(_ component: FieldPath.Component) -> JSONPath {
        var path = self
        path.components.append(component)
        return path
    }

    /// The member of an object with this key; of several equal keys the first.
    public subscript(key: String) -> JSONPath { appending(.key(key)) }
    /// The element of an array at this position, from 0 on; there is none at a negative one.
    public subscript(position: Int) -> JSONPath { appending(.index(position)) }
    /// Every element of an array (`[*]`): what follows is a list, of what the elements have there.
    public var elements: JSONPath { appending(.everyElement) }

    /// The values at the path that are of this type.
    ///
    /// Key paths have no calls with types; there ``int``, ``string`` and so on mean the same.
    public func `as`<Value: FieldValue>(_ type: Value.Type) -> Field<Value> {
        Field(reference)
    }

    public var int: Field<Int> { self.as(Int.self) }
    /// Numbers, whole or not.
    public var double: Field<Double> { self.as(Double.self) }
    public var string: Field<String> { self.as(String.self) }
    public var bool: Field<Bool> { self.as(Bool.self) }
    /// Strings that are times in RFC 3339.
    public var time: Field<Instant> { self.as(Instant.self) }
    /// Strings that are addresses.
    public var address: Field<IPAddress> { self.as(IPAddress.self) }
    public var ints: Field<[Int]> { self.as([Int].self) }
    public var doubles: Field<[Double]> { self.as([Double].self) }
    public var strings: Field<[String]> { self.as([String].self) }
    public var bools: Field<[Bool]> { self.as([Bool].self) }

    /// Whether the event has anything but null at the path.
    public var isPresent: Condition { Condition(.test(reference, .isPresent)) }
}
