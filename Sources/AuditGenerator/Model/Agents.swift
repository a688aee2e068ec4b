/// The texts of `userAgent`: each program's releases one after the other.
struct Agents: Sendable {
    struct Program {
        var first: UInt16
        var times: [Int64]
    }

    let texts: [Text]
    private let programs: [Program]
    /// Kubelets have the release that their machine was made with: its index is added.
    let kubelet: UInt16

    /// What the program with this number calls itself at `time`.
    func agent(_ program: UInt16, at time: Int64) -> UInt16 {
        let program = programs[Int(program)]
        return program.first + UInt16(Releases.index(at: time, in: program.times))
    }
}

extension Agents {
    /// Collects programs while the actors are made.
    struct Builder {
        private let releases: Releases
        private let arena: TextArena
        private var texts: [Text] = []
        private var programs: [Program] = []

        init(releases: Releases, arena: TextArena) { (self.releases, self.arena) = (releases, arena) }

        /// A program that is released with Kubernetes. In its name, `$v` is the version and `$c` the commit.
        ///
        /// People and machines that lag are behind by so many releases or days.
        mutating func kubernetes(_ pattern: String, behind: Int = 0, delay: Int64 = 0) -> UInt16 {
            let versions = Releases.kubernetes.indices.map { index in
                let index = max(0, index - behind)
                return Self.filled(pattern, version: Releases.kubernetes[index], commit: releases.commit(index))
            }
            return add(versions, times: releases.kubernetesTimes.map { $0 == .min ? .min : $0 + delay })
        }

        /// A program with releases of its own, from `major`.`minor` up.
        mutating func program(_ pattern: String, major: Int, minor: Int, releases count: Int = 9) -> UInt16 {
            let key = UInt64(programs.count) + 5000
            let versions = (0..<count).map { index in
                Self.filled(
                    pattern, version: "\(major).\(minor + index / 3).\(index % 3)",
                    commit: releases.commit(Int(key) + index))
            }
            return add(versions, times: releases.times(of: key, releases: count))
        }

        func finished(kubelet: UInt16) -> Agents {
            Agents(texts: texts, programs: programs, kubelet: programs[Int(kubelet)].first)
        }

        private mutating func add(_ names: [String], times: [Int64]) -> UInt16 {
            programs.append(Program(first: UInt16(texts.count), times: times))
            texts += names.map { arena.add($0) }
            return UInt16(programs.count - 1)
        }

        private static func filled(_ pattern: String, version: String, commit: String) -> String {
            var result = ""
            var rest = pattern[...]
            while let dollar = rest.firstIndex(of: "$") {
                result += rest[..<dollar]
                rest = rest[rest.index(after: dollar)...]
                switch rest.first {
                case "v": result += version
                case "c": result += commit
                default:
                    result += "$"
                    continue
                }
                rest = rest.dropFirst()
            }
            return result + rest
        }
    }
}
