import Documents
import Support

/// What a wrong answer really is.
enum MistakenAnswer {
  /// `answer` was given where `value`, read as `live` says, is right.
  static func causes(
    _ answer: String, live: LiveValue?, value: JSONValue, in snapshot: Snapshot
  ) -> [Cause] {
    let wrong = Cause("answer.wrong", "that is not what the kit reads there", ko: "실제 값과 다릅니다")
    guard let live else { return [wrong] }
    if let format = format(answer, live, value) { return [format] }
    return [wrong] + [other(answer, live, snapshot)].compactMap { $0 }
  }

  /// Right in substance, but written in another way.
  private static func format(_ answer: String, _ live: LiveValue, _ value: JSONValue) -> Cause? {
    if live.isID {
      let hex = answer.lowercased()
      guard hex.count < 12, hex.count > 3, live.digits(value).hasPrefix(hex) else { return nil }
      return Cause(
        "answer.format", "that is its beginning; all 12 digits are asked for",
        ko: "앞부분만 적었습니다. 12자리를 모두 적으세요")
    }
    guard let number = AnswerText.onlyNumber(answer), live.matches(number, value) else {
      return nil
    }
    return Cause(
      "answer.format", "the number is right; leave out what stands around it (`\(answer)`)",
      ko: "숫자는 맞습니다. 숫자만 적으세요(`\(answer)`)")
  }

  /// Right, but for something else.
  private static func other(_ answer: String, _ live: LiveValue, _ snapshot: Snapshot) -> Cause? {
    if answer == snapshot.hostName, !answer.isEmpty {
      return Cause(
        "answer.other-object", "`\(answer)` is the name of your own machine",
        ko: "`\(answer)`은(는) 내 컴퓨터의 이름입니다")
    }
    let hex = answer.lowercased()
    if live.isID, hex.count >= 6 {
      if let container = snapshot.allContainers.first(where: { $0.id.hasPrefix(hex) }) {
        return Cause(
          "answer.other-object", "that is the id of the container `\(container.name)`",
          ko: "`\(container.name)` 컨테이너의 ID입니다")
      }
      if let image = snapshot.images.lazy.map(ImageView.init).first(where: {
        $0.isNamed(hex) && $0.id.hasPrefix("sha256:" + hex)
      }) {
        return Cause(
          "answer.other-object", "that is the id of the image `\(image.tags.first ?? "<none>")`",
          ko: "`\(image.tags.first ?? "<none>")` 이미지의 ID입니다")
      }
    }
    if live.isID, let container = snapshot.allContainers.first(where: { $0.name == answer }) {
      return Cause(
        "answer.other-object", "`\(container.name)` is its name; its id is asked for",
        ko: "`\(container.name)`은(는) 이름입니다. ID를 적으세요")
    }
    guard live.isProcessID, let number = Int(answer) else { return nil }
    if number == 1 {
      return Cause(
        "answer.other-object", "1 is its number inside the container; outside it has another",
        ko: "1은 컨테이너 안의 번호입니다. 밖에서는 번호가 다릅니다")
    }
    if let container = snapshot.allContainers.first(where: {
      $0.inspect["State"]?["Pid"]?.int == number
    }) {
      return Cause(
        "answer.other-object",
        "\(number) is the process of the container `\(container.name)` itself",
        ko: "\(number)은(는) `\(container.name)` 컨테이너의 프로세스 번호입니다")
    }
    return nil
  }

  /// Right when it was given, for an object that has been replaced since.
  static func stale(
    _ time: Int64, container: String?, in snapshot: Snapshot
  ) -> Cause {
    let replaced = container.flatMap { snapshot.story.last("create", of: $0) }
    let started = container.flatMap { snapshot.story.last("start", of: $0) }
    let at = clockTime(time)
    guard let name = container,
      let change = [replaced, started].compactMap({ $0 })
        .filter({ $0.time > time }).max(by: { $0.time < $1.time })
    else {
      return Cause(
        "answer.stale", "it was right at \(at); what it is about has changed since",
        ko: "\(at)에는 맞는 답이었지만 그 뒤로 대상이 바뀌었습니다")
    }
    return change.action == "create" || (replaced.map { $0.time > time } ?? false)
      ? Cause(
        "answer.stale",
        "it was right at \(at), for a `\(name)` that has been replaced by a new one since",
        ko: "\(at)에는 맞는 답이었지만 그 뒤로 `\(name)`이(가) 새 컨테이너로 바뀌었습니다")
      : Cause(
        "answer.stale", "it was right at \(at); `\(name)` was started again since",
        ko: "\(at)에는 맞는 답이었지만 그 뒤로 `\(name)`이(가) 다시 시작되었습니다")
  }
}
