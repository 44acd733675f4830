/// The command line of one docker verb, read by its grammar: every flag under its long name.
struct VerbLine: Equatable {
  struct Flag: Equatable {
    var name: String
    /// nil for a switch.
    var value: String?
    /// For a switch: whether it was turned on; by `--sig-proxy=false` it is not.
    var isOn = true
    /// For a switch: whether it is so anyway.
    var isStandard = false
  }

  /// `run`, or `image prune`.
  var verb: String
  /// In the order they were typed in.
  var flags: [Flag] = []
  var arguments: [String] = []
  /// Whether everything after the first argument belongs to the container's command.
  var stopsAtArgument = false

  /// In the one form our argument parser reads: the flags as `--long`, `--no-long` or `--long=value`,
  /// then the arguments. Without the verb.
  var words: [String] {
    var flags: [String] = []
    for (index, flag) in self.flags.enumerated() {
      if let value = flag.value {
        flags.append("--\(flag.name)=\(value)")
      } else if !flag.isStandard,
        !self.flags[(index + 1)...].contains(where: { $0.name == flag.name })
      {
        flags.append(flag.isOn ? "--\(flag.name)" : "--no-\(flag.name)")
      }
    }
    if stopsAtArgument { return flags + arguments }
    return flags + (arguments.isEmpty ? [] : ["--"] + arguments)
  }

  /// The last value of a flag; nil when it was not given.
  func value(_ name: String) -> String? { flags.last { $0.name == name }?.value }

  /// All values of a flag that may be given several times.
  func values(_ name: String) -> [String] { flags.filter { $0.name == name }.compactMap(\.value) }

  /// What a switch is, `standard` unless it was given.
  func isOn(_ name: String, unlessGiven standard: Bool = false) -> Bool {
    flags.last { $0.name == name }?.isOn ?? standard
  }
}
