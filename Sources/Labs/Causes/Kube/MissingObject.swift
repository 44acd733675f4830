import Documents
import Kube
import Support

/// Why there is no object of a name in a cluster.
enum MissingObject {
  static func found(_ object: ClusterObject) -> Text {
    Text("no `\(object.text)`\(object.place.en)", ko: "\(object.place.ko)`\(object.text)` 없음")
  }

  static func elsewhere(_ namespace: String) -> Cause {
    Cause(
      "kube.other-namespace", "it is in namespace `\(namespace)`",
      ko: "`\(namespace)` 네임스페이스에 있습니다")
  }

  static func terminating(_ name: String) -> Cause {
    Cause(
      "kube.terminating", "`\(name)` is on its way out: it is told to end and waited for",
      ko: "`\(name)`은(는) 끝내라는 지시를 받고 종료되는 중입니다")
  }

  static func causes(
    _ object: ClusterObject, _ facts: ClusterFacts, _ snapshot: Snapshot
  ) -> [Cause] {
    let all = facts.objects[object.kind.plural] ?? []
    if object.kind.isNamespaced, let other = all.first(where: { $0.name == object.name }) {
      return [elsewhere(other.namespace)]
    }
    let namespaces = (facts.objects["namespaces"] ?? []).map(\.name)
    if object.kind.isNamespaced, !namespaces.contains(object.namespace) {
      return [
        Cause(
          "kube.no-namespace", "there is no namespace `\(object.namespace)`",
          ko: "`\(object.namespace)` 네임스페이스가 없습니다")
      ] + refused(snapshot)
    }
    let own = facts.list(object.kind, object.namespace).map(\.name)
    if let near = Suggestion.nearest(to: object.name, in: own) {
      return [
        Cause(
          "kube.similar-name", "there is `\(object.kind.singular)/\(near)`",
          ko: "`\(object.kind.singular)/\(near)`은(는) 있습니다")
      ]
    }
    if let other = sameName(object, facts) {
      return [
        Cause(
          "kube.other-kind", "what is called `\(object.name)` is a \(other)",
          ko: "`\(object.name)`이라는 이름은 \(other)의 것입니다")
      ]
    }
    let trouble = refused(snapshot)
    return trouble.isEmpty
      ? [
        Cause(
          "kube.no-object", "nobody has made it, or it was deleted",
          ko: "만든 적이 없거나 삭제되었습니다")
      ] : trouble
  }

  /// Another kind of object with the name.
  private static func sameName(_ object: ClusterObject, _ facts: ClusterFacts) -> String? {
    ClusterKind.all.first { kind in
      kind != object.kind && !["events", "endpointslices", "secrets"].contains(kind.plural)
        && facts.find(kind, object.namespace, object.name) != nil
    }?.singular
  }

  /// The last kubectl command, when it did not succeed.
  private static func refused(_ snapshot: Snapshot) -> [Cause] {
    let last = snapshot.journal.last { event in
      event.kind == "command.run" && (event.attributes["argv"] ?? "").contains("kubectl")
    }
    guard let last, let status = last.exit, status != 0 else { return [] }
    let line = (last.attributes["argv"] ?? "").oneLine
    return [
      Cause(
        "journal.failed", "`\(line)` ended with status \(status)",
        ko: "`\(line)` 명령이 종료 코드 \(status)(으)로 끝났습니다")
    ]
  }
}
