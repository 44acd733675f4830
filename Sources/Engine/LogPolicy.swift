// Where a container's output goes: `--log-driver` and `--log-opt`.
//
// Simplification: three of docker's drivers, and `local` is a json-file that is rotated from the
// beginning, where docker's has a format of its own. Those that send elsewhere (syslog, journald, fluentd …)
// need programs and networks that a lab does not have; who asks for one is told so.

import Documents
import Runtime
import Support

/// What the flags amount to.
package struct LogPolicy: Sendable, Equatable {
  /// False with the driver `none`.
  var keepsLog: Bool
  var rotation: LogRotation?
  /// JSON text of an object that every entry carries; nil without one.
  var attributes: String?

  static let drivers = ["json-file", "local", "none"]
  private static let options = [
    "compress", "env", "labels", "max-buffer-size", "max-file", "max-size", "mode", "tag",
  ]

  /// Reads what `record` asks for. Throws `DklabError` `log.driver`, `log.option`.
  init(_ record: ContainerRecord) throws {
    let host = record.spec.host
    try self.init(driver: host.logDriver ?? "json-file", host.logOptions ?? [:])
    let options = host.logOptions ?? [:]
    var attributes: [String: String] = [:]
    for name in LogPolicy.names(options["labels"]) {
      attributes[name] = record.spec.config.labels?[name]
    }
    for name in LogPolicy.names(options["env"]) {
      attributes[name] = record.spec.config.env?.last { $0.hasPrefix(name + "=") }
        .map { String($0.dropFirst(name.count + 1)) }
    }
    if let tag = options["tag"], !tag.isEmpty {
      attributes["tag"] = try LogPolicy.tag(tag, record)
    }
    guard !attributes.isEmpty else { return }
    let members = attributes.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    self.attributes = JSONValue.object(JSONObject(members)).text()
  }

  /// The part that is known before there is a container.
  init(driver: String, _ options: [String: String]) throws {
    guard LogPolicy.drivers.contains(driver) else {
      throw DklabError(
        .unsupported, id: "log.driver",
        Text(
          "logger: no log driver named '\(driver)' is registered",
          ko: "로그 드라이버 '\(driver)'은(는) 없습니다"),
        hint: Text(
          "there are json-file, local and none", ko: "json-file, local, none을 쓸 수 있습니다"))
    }
    keepsLog = driver != "none"
    for name in options.keys.sorted() where !LogPolicy.options.contains(name) {
      throw LogPolicy.refuse("unknown log opt '\(name)' for \(driver) log driver")
    }
    let isLocal = driver == "local"
    let size = try (options["max-size"] ?? (isLocal ? "20m" : nil)).map { text in
      do { return try ByteSize.parseBinary(text) } catch {
        throw LogPolicy.refuse("invalid value for max-size: \(text)")
      }
    }
    let count = try (options["max-file"] ?? (isLocal ? "5" : nil)).map { text in
      guard let count = Int(text) else {
        throw LogPolicy.refuse("invalid value for max-file: \(text)")
      }
      guard count >= 1 else { throw LogPolicy.refuse("max-file cannot be less than 1") }
      return count
    }
    if let size {
      guard size > 0 else { throw LogPolicy.refuse("max-size must be a positive number") }
      rotation = LogRotation(maximumSize: size, files: count ?? 1)
    } else if (count ?? 1) > 1 {
      throw LogPolicy.refuse("max-file: needs max-size, which says when a file is full")
    }
    if let compress = options["compress"], compress != "false", !isLocal {
      throw LogPolicy.refuse("compress=\(compress): logs that were rotated stay as they are here")
    }
    if let mode = options["mode"], !["", "blocking", "non-blocking"].contains(mode) {
      throw LogPolicy.refuse("logger: logging mode not supported: \(mode)")
    }
  }

  /// Throws what a container with this driver and these options would be refused with.
  package static func check(driver: String, _ options: [String: String]) throws {
    _ = try LogPolicy(driver: driver, options)
  }

  private static func names(_ list: String?) -> [String] {
    (list ?? "").split(separator: ",").map(String.init)
  }

  private static func tag(_ template: String, _ record: ContainerRecord) throws -> String {
    try GoTemplate(template).render(
      .object([
        "ID": .string(record.shortID), "FullID": .string(record.id), "Name": .string(record.name),
        "ImageName": .string(record.spec.image), "ImageID": .string(record.imageID.short),
        "ImageFullID": .string("\(record.imageID)"), "DaemonName": "docker",
      ]))
  }

  private static func refuse(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "log.option", Text(message, ko: "로그 옵션이 잘못되었습니다: \(message)"),
      hint: Text(
        "options of json-file are \(options.joined(separator: ", "))",
        ko: "json-file의 옵션: \(options.joined(separator: ", "))"))
  }
}
