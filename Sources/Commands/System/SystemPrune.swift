import ArgumentParser
import Engine
import Images
import Support

struct SystemPrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove unused data",
    usage: "\(ProgramName.current) system prune [OPTIONS]")

  @Flag(name: .shortAndLong, help: "Remove all unused images not just dangling ones")
  var all = false
  @Option(help: "Provide filter values (until=TIME, label=KEY[=VALUE])") var filter: [String] = []
  @Flag(name: .shortAndLong, help: "Do not prompt for confirmation") var force = false
  @Flag(help: "Prune anonymous volumes") var volumes = false

  func run() throws {
    let filters = try PruneFilters(filter)
    if volumes, filters.until != nil {
      throw DklabError(
        .invalid, id: "prune.filter",
        Text(
          "ERROR: The \"until\" filter is not supported with \"--volumes\"",
          ko: "--volumes와 until 필터는 함께 쓸 수 없습니다"))
    }
    guard try force || Confirmation.ask(warning) else { return }
    let engine = try openEngine()
    let containers = try engine.pruneContainers {
      filters.allow(created: $0.created, labels: $0.spec.config.labels)
    }
    tell("Deleted Containers:", containers.ids)
    let networks = try engine.pruneNetworks {
      filters.allow(created: $0.created, labels: $0.config.labels)
    }
    tell("Deleted Networks:", networks)
    var reclaimed = containers.bytes
    if volumes {
      let removed = try engine.pruneVolumes {
        $0.isAnonymous && filters.allow(created: $0.created, labels: $0.labels)
      }
      tell("Deleted Volumes:", removed.names)
      reclaimed += removed.bytes
    }
    let images = try engine.images().prune(
      all: all, users: { try engine.users(of: $0) },
      where: { filters.allow(created: $0.created, labels: $0.config.config.labels) })
    tell("Deleted Images:", images.removals.map(PruneText.line))
    reclaimed += images.reclaimed
    let cache = try engine.pruneBuildCache(all: all) { $0.used < filters.until ?? .max }
    tell("Deleted build cache objects:", cache.entries.map { String($0.key.prefix(25)) })
    reclaimed += cache.bytes
    print("Total reclaimed space: \(ByteSize.decimal(Double(reclaimed)))")
  }

  private func tell(_ heading: String, _ lines: [String]) {
    if !lines.isEmpty { print(heading + "\n" + lines.joined(separator: "\n") + "\n") }
  }

  private var warning: Text {
    let english = [
      "all stopped containers", "all networks not used by at least one container",
      volumes ? "all anonymous volumes not used by at least one container" : nil,
      all ? "all images without at least one container associated to them" : "all dangling images",
      all ? "all build cache" : "unused build cache",
    ]
    let korean = [
      "멈춘 컨테이너 전부", "컨테이너가 쓰지 않는 네트워크 전부",
      volumes ? "컨테이너가 쓰지 않는 이름 없는 볼륨 전부" : nil,
      all ? "컨테이너가 쓰지 않는 이미지 전부" : "이름 없는 이미지 전부",
      all ? "빌드 캐시 전부" : "이미지가 쓰지 않는 빌드 캐시",
    ]
    func list(_ lines: [String?]) -> String {
      lines.compactMap(\.self).map { "  - \($0)" }.joined(separator: "\n")
    }
    return Text(
      "WARNING! This will remove:\n\(list(english))\n", ko: "주의! 다음을 지웁니다.\n\(list(korean))\n")
  }
}

/// What `prune` verbs spare: `until`, `label` and `label!`.
struct PruneFilters {
  private let filters: Filters
  let until: Int64?

  /// `more` are keys the verb itself knows.
  init(_ entries: [String], more: [String] = []) throws {
    filters = try Filters(entries, known: ["label", "label!", "until"] + more)
    until = try filters["until"].last.map { try TimeOption.parse($0) }
  }

  /// Whether something made at `created` with `labels` may go.
  func allow(created: Int64, labels: [String: String]?) -> Bool {
    created < until ?? .max && filters.allowLabels(labels ?? [:])
      && filters.allowLabels(labels ?? [:], except: "label!")
  }

  func bool(_ key: String) throws -> Bool? { try filters.bool(key) }
}

/// Lines of what a prune removed.
enum PruneText {
  /// docker writes `untagged: …` here but `Untagged: …` for rmi.
  static func line(_ removal: ImageRemoval) -> String {
    let text = "\(removal)"
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
