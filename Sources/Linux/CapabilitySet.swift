// Which capabilities a container gets.
//
// Docker starts from fourteen that ordinary server software needs, then applies `--cap-add` and
// `--cap-drop`. The rules are those of Moby's caps.TweakCapabilities, in this order:
//
//   --privileged     everything that can be given; add and drop are ignored
//   --cap-add ALL    everything, less what is dropped by name
//   --cap-drop ALL   nothing, plus what is added by name
//   otherwise        the fourteen, less the drops, plus the adds
//
// so "drop ALL, add CHOWN" is CHOWN alone, and an added name wins over the same name dropped.
//
// Next: CapabilitySets.swift.

import CLinux
import Support

/// A set of capabilities, bit by bit as the kernel keeps it.
package struct CapabilitySet: OptionSet, Sendable, Hashable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  // Without this a literal goes through a sequence of unknown type, which is looked up as it runs.
  package init(arrayLiteral sets: CapabilitySet...) {
    rawValue = sets.reduce(0) { $0 | $1.rawValue }
  }

  /// The set of exactly these capabilities.
  package init(_ capabilities: [Capability]) {
    rawValue = capabilities.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// The set with these names, as config.json lists them.
  package init(names: [String]) throws {
    self.init(try names.map { try Capability.parse($0) })
  }

  // lab: capabilities
  /// What Docker gives a container that asks for nothing.
  package static let dockerDefault = CapabilitySet([
    .chown, .dacOverride, .fsetid, .fowner, .mknod, .netRaw, .setgid, .setuid, .setfcap, .setpcap,
    .netBindService, .sysChroot, .kill, .auditWrite,
  ])

  /// Every capability that this kit has a name for.
  package static let named = CapabilitySet(Capability.allCases)

  /// Every capability this kernel knows: up to /proc/sys/kernel/cap_last_cap.
  package static let all: CapabilitySet = {
    let text = (try? File.text("/proc/sys/kernel/cap_last_cap", limit: 64)) ?? ""
    let last = UInt64(text.filter(\.isNumber)) ?? UInt64(Capability.allCases.count - 1)
    return named.intersection(CapabilitySet(rawValue: last >= 63 ? .max : 1 << (last + 1) - 1))
  }()

  /// What this process holds and can therefore hand to a container without a user namespace. (In a
  /// new user namespace the first process holds all of them, over that namespace.)
  package static func current() -> CapabilitySet {
    var (effective, permitted, inheritable): (UInt64, UInt64, UInt64) = (0, 0, 0)
    guard dk_capget(&effective, &permitted, &inheritable) == 0 else { return all }
    return all.intersection(CapabilitySet(rawValue: effective))
  }

  /// The set for a container started with these flags. `available` limits "all" and the result:
  /// `current()`, or `all` when the container gets a user namespace of its own.
  package static func docker(
    add: [String] = [], drop: [String] = [], privileged: Bool = false, available: CapabilitySet
  ) throws -> CapabilitySet {
    let added = try Request(add)
    let dropped = try Request(drop)
    let wanted: CapabilitySet =
      if privileged {
        available
      } else if added.everything {
        available.subtracting(dropped.named)
      } else if dropped.everything {
        added.named
      } else {
        dockerDefault.subtracting(dropped.named).union(added.named)
      }
    return wanted.intersection(available)
  }

  /// The members, lowest number first.
  package var capabilities: [Capability] {
    Capability.allCases.filter { contains($0) }
  }

  /// The members' names in the kernel's order.
  package var names: [String] { capabilities.map(\.name) }

  /// Whether `capability` is a member.
  package func contains(_ capability: Capability) -> Bool {
    rawValue & 1 << UInt64(capability.rawValue) != 0
  }

  /// One of the two lists of flags, with `ALL` taken out.
  private struct Request {
    var everything = false
    var named: CapabilitySet = []

    init(_ words: [String]) throws {
      for word in words {
        if word.uppercased() == "ALL" {
          everything = true
        } else {
          named.formUnion(CapabilitySet([try Capability.parse(word)]))
        }
      }
    }
  }
}

extension CapabilitySet: Codable {
  /// From a list of names.
  package init(from decoder: any Decoder) throws {
    try self.init(names: decoder.singleValueContainer().decode([String].self))
  }

  /// As a list of names.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}
