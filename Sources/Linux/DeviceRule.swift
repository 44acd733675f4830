// Which devices a container may open: the device cgroup.
//
// A device file is only a door: type (character or block), major and minor number, and anyone who
// may mknod(2) can make one that opens on the host's disk. So the kernel asks a second question at
// open(2) and mknod(2): does the process's cgroup allow this device? On cgroup v1 the answer is a
// list written to devices.deny and devices.allow, on v2 a BPF program (CgroupDeviceProgram.swift).
//
// Next: DeviceNode.swift.

import Support

/// One line of the list: `c 1:3 rwm`, with nil for `*`.
package struct DeviceRule: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Hashable, Codable {
    case all = "a"
    case character = "c"
    case block = "b"
  }

  /// What may be done: open for reading, for writing, mknod(2).
  package struct Access: OptionSet, Sendable, Hashable, Codable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let makeNode = Access(rawValue: 1)
    package static let read = Access(rawValue: 2)
    package static let write = Access(rawValue: 4)
    package static let everything: Access = [.makeNode, .read, .write]
  }

  package var allow: Bool
  package var kind: Kind
  package var major: UInt32?
  package var minor: UInt32?
  package var access: Access

  package init(
    allow: Bool, _ kind: Kind, _ major: UInt32?, _ minor: UInt32?,
    _ access: Access = .everything
  ) {
    self.allow = allow
    self.kind = kind
    self.major = major
    self.minor = minor
    self.access = access
  }

  /// The rule that every list starts with: nothing is allowed.
  package static let denyAll = DeviceRule(allow: false, .all, nil, nil)
  /// What a privileged container gets.
  package static let allowAll = DeviceRule(allow: true, .all, nil, nil)

  /// Docker's list: make any node, open the harmless ones, terminals included.
  package static let dockerDefault: [DeviceRule] = [
    denyAll,
    DeviceRule(allow: true, .character, nil, nil, .makeNode),
    DeviceRule(allow: true, .block, nil, nil, .makeNode),
    DeviceRule(allow: true, .character, 1, 3),  // null
    DeviceRule(allow: true, .character, 1, 5),  // zero
    DeviceRule(allow: true, .character, 1, 7),  // full
    DeviceRule(allow: true, .character, 1, 8),  // random
    DeviceRule(allow: true, .character, 1, 9),  // urandom
    DeviceRule(allow: true, .character, 5, 0),  // tty
    DeviceRule(allow: true, .character, 5, 1),  // console
    DeviceRule(allow: true, .character, 5, 2),  // ptmx
    DeviceRule(allow: true, .character, 136, nil),  // pts/*
  ]
}

extension DeviceRule {
  /// Allows what `text` says, as the kernel reads it and docker takes it: `c 1:3 rwm`, `a *:* rw`; nil for
  /// anything else.
  package init?(allowing text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, let kind = Kind(rawValue: String(words[0])),
      (1...3).contains(words[2].count), let access = Access(letters: words[2])
    else { return nil }
    let numbers = words[1].split(separator: ":", omittingEmptySubsequences: false)
    guard numbers.count == 2, numbers.allSatisfy({ $0 == "*" || UInt32($0) != nil }),
      !numbers.contains(where: { $0.hasPrefix("+") })
    else { return nil }
    self.init(allow: true, kind, UInt32(numbers[0]), UInt32(numbers[1]), access)
  }
}

extension DeviceRule: CustomStringConvertible {
  /// As the kernel reads and prints it: `c 1:3 rwm`.
  package var description: String {
    let number = { (part: UInt32?) in part.map(String.init) ?? "*" }
    return "\(kind.rawValue) \(number(major)):\(number(minor)) \(access)"
  }
}

extension DeviceRule.Access: CustomStringConvertible {
  /// Some of the letters `rwm`, in this order.
  package var description: String {
    (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.makeNode) ? "m" : "")
  }

  /// From some of the letters `rwm`; nil for anything else.
  package init?(letters: some StringProtocol) {
    var access: Self = []
    for letter in letters {
      switch letter {
      case "r": access.insert(.read)
      case "w": access.insert(.write)
      case "m": access.insert(.makeNode)
      default: return nil
      }
    }
    guard !access.isEmpty else { return nil }
    self = access
  }
}
