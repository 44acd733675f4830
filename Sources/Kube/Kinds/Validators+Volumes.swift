import Documents

// What may be said of files that the kubelet makes from objects: where they lie in their volume, and with
// which mode.

extension Validators {
  /// The rules of volumes and of what is in them.
  static let volumeRules: [String: Rule] = [
    "core.KeyToPath": keyToPath, "core.DownwardAPIVolumeFile": downwardFile,
    "core.SecretVolumeSource": defaultMode, "core.ConfigMapVolumeSource": defaultMode,
    "core.DownwardAPIVolumeSource": defaultMode, "core.ProjectedVolumeSource": projected,
  ]

  private static func checkMode(
    _ value: JSONValue, _ key: String, _ path: String, _ problems: inout [FieldProblem]
  ) {
    guard let mode = value.number(key), !(0...0o777).contains(mode) else { return }
    problems.append(
      .invalid(
        "\(path).\(key)", mode,
        "must be a number between 0 and 0777 (octal), both inclusive"))
  }

  /// A place in a volume: relative, never upwards, and none of the names that are the kubelet's own.
  private static func checkPlace(
    _ place: String, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if place.isEmpty { return problems.append(.required(path)) }
    if place.hasPrefix("/") {
      problems.append(.invalid(path, place, "must be a relative path"))
    }
    if place.split(separator: "/").contains("..") {
      problems.append(.invalid(path, place, "must not contain '..'"))
    }
    if place.hasPrefix(".."), !place.hasPrefix("../") {
      problems.append(.invalid(path, place, "must not start with '..'"))
    }
  }

  @Sendable private static func keyToPath(
    _ item: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if item.text("key").isEmpty { problems.append(.required("\(path).key")) }
    checkPlace(item.text("path"), "\(path).path", &problems)
    checkMode(item, "mode", path, &problems)
  }

  @Sendable private static func downwardFile(
    _ file: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkPlace(file.text("path"), "\(path).path", &problems)
    checkMode(file, "mode", path, &problems)
  }

  @Sendable private static func defaultMode(
    _ source: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkMode(source, "defaultMode", path, &problems)
  }

  @Sendable private static func projected(
    _ volume: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkMode(volume, "defaultMode", path, &problems)
    for (index, source) in volume.list("sources").enumerated() {
      guard let token = source["serviceAccountToken"] else { continue }
      let place = "\(path).sources[\(index)].serviceAccountToken.expirationSeconds"
      if let seconds = token.number("expirationSeconds") {
        if seconds < 600 {
          problems.append(
            .invalid(place, seconds, "may not specify a duration less than 10 minutes"))
        }
        if seconds > 1 << 32 {
          problems.append(
            .invalid(place, seconds, "may not specify a duration larger than 2^32 seconds"))
        }
      }
      // That is where the API server says it, too.
      checkPlace(token.text("path"), "\(path).path", &problems)
    }
  }
}
