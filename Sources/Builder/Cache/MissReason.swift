import Images
import Support

/// Why a step has to run.
package enum MissReason: Sendable, Hashable {
  /// A step before it in the stage runs.
  case after
  /// A stage it takes from runs.
  case afterStage(String)
  /// The same instruction was built here before, on other files.
  case files(changed: [String], added: [String], removed: [String])
  /// Another instruction was built here before.
  case instruction(was: String)
  /// The same instruction was built, but on other layers.
  case base
  /// The environment or a flag differs.
  case settings
  case never
  case disabled

  /// What `entries` on the same layers, and `elsewhere` with the same instruction, tell of a step
  /// that has no entry.
  package static func find(
    operation: String, inputs: [String], on entries: [BuildCacheEntry],
    elsewhere: [BuildCacheEntry]
  ) -> MissReason {
    if let same = entries.first(where: { $0.operation == operation }) {
      return difference(inputs, same.inputs.split(separator: "\n").map(String.init))
    }
    let keyword = operation.prefix { $0 != " " }
    if let other = entries.first(where: { $0.operation.hasPrefix(keyword + " ") }) {
      return .instruction(was: other.operation)
    }
    return elsewhere.contains { $0.operation == operation } ? .base : .never
  }

  private static func difference(_ now: [String], _ before: [String]) -> MissReason {
    func files(_ lines: [String]) -> [String: String] {
      Dictionary(
        lines.map { line in
          let digest = line.prefix { $0 != " " }
          return (String(line.dropFirst(digest.count + 1)), String(digest))
        }, uniquingKeysWith: { $1 })
    }
    let (new, old) = (files(now), files(before))
    let changed = new.keys.filter { old[$0] != nil && old[$0] != new[$0] }.sorted()
    let added = new.keys.filter { old[$0] == nil }.sorted()
    let removed = old.keys.filter { new[$0] == nil }.sorted()
    if changed.isEmpty, added.isEmpty, removed.isEmpty { return .settings }
    return .files(changed: changed, added: added, removed: removed)
  }

  /// The reason in a sentence.
  package var text: Text {
    switch self {
    case .after: Text("a step above runs", ko: "앞 단계가 다시 실행됩니다")
    case .afterStage(let name): Text("stage \(name) runs", ko: "\(name) 단계가 다시 실행됩니다")
    case .files(let changed, let added, let removed): files(changed, added, removed)
    case .instruction(let was):
      Text("the instruction changed: was \(was)", ko: "명령이 바뀌었습니다: 전에는 \(was)")
    case .base: Text("what it builds on changed", ko: "바탕이 되는 레이어가 바뀌었습니다")
    case .settings:
      Text(
        "its environment, user, directory or flags changed", ko: "환경 변수, 사용자, 디렉터리 또는 플래그가 바뀌었습니다")
    case .never: Text("never built before", ko: "아직 빌드한 적이 없습니다")
    case .disabled: Text("--no-cache", ko: "--no-cache")
    }
  }

  private func files(_ changed: [String], _ added: [String], _ removed: [String]) -> Text {
    func list(_ paths: [String]) -> String {
      let names = paths.prefix(3).map { String($0.drop { $0 == "/" }) }.map {
        $0.isEmpty ? "." : $0
      }
      return names.joined(separator: ", ") + (paths.count > 3 ? " (+\(paths.count - 3))" : "")
    }
    // A directory changes with what is in it; the files say more.
    var en: [String] = []
    var ko: [String] = []
    if !changed.isEmpty {
      en.append("changed: \(list(changed))")
      ko.append("바뀜: \(list(changed))")
    }
    if !added.isEmpty {
      en.append("new: \(list(added))")
      ko.append("새 파일: \(list(added))")
    }
    if !removed.isEmpty {
      en.append("gone: \(list(removed))")
      ko.append("없어짐: \(list(removed))")
    }
    return Text(en.joined(separator: "; "), ko: ko.joined(separator: "; "))
  }
}
