/// The cluster that the log is about: everything that is fixed before the first event, and shared by all threads.
final class Model: Sendable {
    let options: GeneratorOptions
    /// Differs by seed, by size and by level, so that two logs never share their identities.
    let seed: UInt64
    let timeline: Timeline
    let versions: ResourceVersions
    let nodes: Nodes
    let workloads: Workloads
    let actors: Actors
    let agents: Agents
    /// By `Operation.rawValue`.
    let forms: [Form]
    // The texts above point into it.
    private let arena: SharedArena

    init(_ options: GeneratorOptions) {
        self.options = options
        let level = UInt64(options.level.rawValue.utf8.count)
        seed = mixed(mixed(options.seed, level), UInt64(options.nodes), UInt64(options.days))
        timeline = Timeline(start: options.start, days: options.days)
        versions = ResourceVersions(start: options.start, nodes: options.nodes, seed: seed)
        let releases = Releases(start: timeline.start, end: timeline.end, seed: seed)
        nodes = Nodes(
            count: options.nodes, releases: releases, start: timeline.start, end: timeline.end, seed: seed)
        let arena = TextArena()
        workloads = Workloads(nodes: nodes, timeline: timeline, days: options.days, seed: seed, arena: arena)
        var programs = Agents.Builder(releases: releases, arena: arena)
        actors = Actors(nodes: options.nodes, seed: seed, agents: &programs, arena: arena)
        agents = programs.finished(kubelet: actors[actors.node].program)
        forms = Operation.forms
        self.arena = SharedArena(arena: arena)
    }

    /// Keeps the texts alive; nothing is added to them once the model is made.
    private struct SharedArena: @unchecked Sendable {
        let arena: TextArena
    }
}
