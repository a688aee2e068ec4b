/// Who sends requests.
struct Actor {
    enum Kind: UInt8 {
        /// A kubelet. Which one, the event says.
        case node
        /// Parts of the control plane with a certificate.
        case system
        /// Controllers of the controller manager: service accounts without a pod.
        case controller
        /// A service account with a pod, which its token names.
        case serviceAccount
        /// The same where a pod runs on every node.
        case daemon
        /// The same for pipelines, whose pods live for one job.
        case pipeline
        case person
        case anonymous
        /// No user: authentication failed.
        case unknown
    }

    var kind: Kind
    /// An index into the programs of `Agents`.
    var program: UInt16
    /// What the actor's own objects are in; the team's for people.
    var namespace: UInt16
    var key: UInt64
    /// The user name as it is in messages.
    var name: Text
    /// The user as JSON; of service accounts up to the token's identity.
    var user: Text
    /// Why access was granted, as JSON text.
    var reason: Text
    /// What the actor's pods are called; empty where it has none.
    var podName: Text = .empty
    /// People's office, an index into `WorkingHours.zones`.
    var zone = 0

    /// How long one pod of the actor lives.
    var podLife: Int64 { Int64(2 + key % 9) * Span.day }
}
