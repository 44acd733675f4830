import Documents
import Support

/// `container.count: {image: ubuntu, state: running, label: tok=abc, at-least: 10}`
struct ContainerCount: CheckType {
  static let type = "container.count"
  let image: String?
  let state: ContainerState.Status?
  let label: String?
  let named: String?
  let comparison: Comparison

  init(_ fields: inout Fields) {
    image = fields.string("image")
    state = fields.choice("state")
    label = fields.string("label")
    named = fields.regex("named")
    comparison = Comparison.required(&fields)
  }

  private var filters: Text {
    let all = [
      image.map { Text("image `\($0)`", ko: "`\($0)` 이미지") },
      state.map { Text("`\($0.rawValue)`", ko: "`\($0.rawValue)` 상태") },
      label.map { Text("label `\($0)`", ko: "`\($0)` 레이블") },
      named.map { Text("name /\($0)/", ko: "이름 /\($0)/") },
    ].compactMap { $0 }
    guard !all.isEmpty else { return Text("", ko: "") }
    let english = all.map(\.en).joined(separator: ", ")
    let korean = all.map(\.ko).joined(separator: ", ")
    return Text(" (\(english))", ko: "(\(korean))")
  }

  var sentence: Text {
    Text(
      "there are \(comparison.text.en) containers\(filters.en)",
      ko: "컨테이너\(filters.ko) 수는 \(comparison.text.ko)입니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    let wanted = image.flatMap { snapshot.image($0)?.id }
    let counted = snapshot.allContainers.filter { container in
      isMade(container, of: wanted) && fits(container)
    }
    let found = Text("\(counted.count)", ko: "\(counted.count)개")
    guard !comparison.holds(for: .integer(Int64(counted.count))) else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found, causes: causes(counted, snapshot), look: "docker ps -a"))
  }

  /// By the image's id, or by the name it was run with: the name may since have been taken away.
  private func isMade(_ container: ContainerView, of wanted: String?) -> Bool {
    guard let image else { return true }
    if let wanted, container.imageID == wanted { return true }
    return wanted == nil && container.image == image
  }

  private func fits(_ container: ContainerView) -> Bool {
    if let state, container.status != state.rawValue { return false }
    if let named, !Pattern.found(named, in: container.name) { return false }
    return hasLabel(container)
  }

  private func hasLabel(_ container: ContainerView) -> Bool {
    guard let label else { return true }
    let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
    guard let value = container.label(parts[0]) else { return false }
    return parts.count == 1 || value == parts[1]
  }

  private func causes(_ counted: [ContainerView], _ snapshot: Snapshot) -> [Cause] {
    if let image, snapshot.image(image) == nil, counted.isEmpty {
      let refused = Refusal.causes("", in: snapshot)
      return refused.isEmpty ? MissingImage.causes(image, in: snapshot) : refused
    }
    let wanted = Comparison.number(comparison.value) ?? 0
    let tooMany =
      Double(counted.count) > wanted
      || (comparison.relation == .is && Double(counted.count) > wanted)
    if tooMany, let extra = counted.last {
      return [
        Cause(
          "count.too-many",
          "these fit: " + list(counted) + "; `docker rm -f \(extra.name)` takes one away",
          ko: "조건에 맞는 컨테이너: " + list(counted) + ". `docker rm -f \(extra.name)`(으)로 하나를 지웁니다")
      ]
    }
    let others = snapshot.allContainers.filter { other in
      !counted.contains { $0.id == other.id && $0.name == other.name }
    }
    let removal = removal(in: snapshot)
    // Who stood there already when one that fitted was taken away is not what is wrong.
    let later = others.filter { other in
      guard let removal,
        let made = snapshot.story.life(of: other).first(where: { $0.kind == "container.create" })
      else { return true }
      return made.time >= removal.time
    }
    return wrongState(others, snapshot) + wrongKind(later, snapshot)
      + (removal.map { removed($0, snapshot) } ?? tooFew(counted, snapshot))
  }

  private func list(_ containers: [ContainerView]) -> String {
    let names = containers.prefix(4).map { "`\($0.name)`" }.joined(separator: ", ")
    return names + (containers.count > 4 ? " …" : "")
  }

  /// The right image, but not the state that counts.
  private func wrongState(_ others: [ContainerView], _ snapshot: Snapshot) -> [Cause] {
    let wanted = image.flatMap { snapshot.image($0)?.id }
    guard let state,
      let other = others.first(where: {
        hasLabelKey($0) && isMade($0, of: wanted) && $0.status != state.rawValue
      })
    else { return [] }
    return [
      Cause(
        "value.differs", "`\(other.name)` is \(other.status)",
        ko: "`\(other.name)`은(는) \(other.status) 상태입니다")
    ] + StoppedContainer.causes(other, in: snapshot)
  }

  /// Another image, or a label too few.
  private func wrongKind(_ others: [ContainerView], _ snapshot: Snapshot) -> [Cause] {
    let wanted = image.flatMap { snapshot.image($0)?.id }
    var causes: [Cause] = []
    if let image, let other = others.first(where: { hasLabelKey($0) && !isMade($0, of: wanted) }) {
      causes.append(
        Cause(
          "image.other",
          "`\(other.name)` was made of the image `\(other.image)`, not of `\(image)`",
          ko: "`\(other.name)`은(는) `\(image)`이(가) 아니라 `\(other.image)` 이미지로 만들었습니다"))
    }
    if let label, let other = others.first(where: { !hasLabel($0) && isMade($0, of: wanted) }) {
      causes.append(
        Cause(
          "label.missing", "`\(other.name)` lacks the label `\(label)`; `--label` gives it one",
          ko: "`\(other.name)`에는 `\(label)` 레이블이 없습니다. `--label`로 붙입니다"))
    }
    return causes
  }

  /// The last container of the image that was taken away, and of whose name there is none since.
  private func removal(in snapshot: Snapshot) -> JournalEvent? {
    snapshot.journal.last { event in
      event.kind == "container.remove" && snapshot.container(event.name) == nil
        && (image == nil
          || ImageView.withTag(event.attributes["image"] ?? "") == ImageView.withTag(image ?? ""))
    }
  }

  private func removed(_ removal: JournalEvent, _ snapshot: Snapshot) -> [Cause] {
    [MissingContainer.removed(removal, removal.name, snapshot.story, named: true)]
      + Refusal.causes(removal.name, since: removal.time, in: snapshot)
  }

  private func tooFew(_ counted: [ContainerView], _ snapshot: Snapshot) -> [Cause] {
    let there =
      counted.isEmpty
      ? Text("none fits", ko: "조건에 맞는 컨테이너가 없습니다")
      : Text("only \(list(counted))", ko: "\(list(counted))뿐입니다")
    let least = Int(Comparison.number(comparison.value) ?? 0)
    let wanted = comparison.relation == .over ? least + 1 : least
    return [
      Cause(
        "count.too-few", "\(counted.count) of \(wanted): \(there.en)",
        ko: "\(wanted)개 중 \(counted.count)개: \(there.ko)")
    ] + Refusal.causes("", in: snapshot)
  }

  private func hasLabelKey(_ container: ContainerView) -> Bool {
    label == nil || container.label(labelKey) != nil
  }

  private var labelKey: String { label?.split(separator: "=").first.map(String.init) ?? "" }
}
