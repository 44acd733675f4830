import Support

/// Why a container lacks an environment variable.
enum UnsetVariable {
  static func causes(
    _ variable: String, of container: ContainerView, in snapshot: Snapshot
  ) -> [Cause] {
    let name = container.name
    let decided = Cause(
      "value.differs",
      "only `-e \(variable)=…` or the image sets it, when the container is made",
      ko: "컨테이너를 만들 때 `-e \(variable)=…` 옵션이나 이미지로만 정해집니다")
    if let near = container.environmentNames.first(where: {
      $0.uppercased() == variable.uppercased()
    }) ?? Suggestion.nearest(to: variable, in: container.environmentNames) {
      return [
        Cause(
          "env.similar-name", "it has a variable `\(near)`, which is another name",
          ko: "`\(near)`이라는 다른 이름의 변수는 있습니다")
      ]
    }
    if container.command.contains(where: { $0.hasPrefix("\(variable)=") || $0 == "-e" }) {
      return [
        Cause(
          "env.behind-image",
          "`\(container.command.joined(separator: " ").printable)` is its command: what stands after "
            + "the image's name is no option of `docker run`",
          ko: "`\(container.command.joined(separator: " ").printable)`이(가) 명령이 되었습니다. 이미지 이름 "
            + "뒤에 오는 것은 `docker run`의 옵션이 아닙니다"), decided,
      ]
    }
    let executed = snapshot.journal.last { event in
      event.kind == "command.run" && event.words.contains("exec") && event.mentions(name)
        && event.words.contains { $0.hasPrefix("\(variable)=") || $0 == variable + "=" }
    }
    if let line = executed?.attributes["argv"] {
      return [
        Cause(
          "env.only-exec", "`\(line)` sets it for that one command, not for the container",
          ko: "`\(line)`은(는) 그 명령 하나에만 적용되고 컨테이너에는 남지 않습니다"), decided,
      ]
    }
    let exported = snapshot.journal.contains { event in
      event.kind == "command.run" && event.words.first != "docker"
        && event.words.contains { $0.hasPrefix("\(variable)=") }
    }
    guard exported else { return [decided] }
    return [
      Cause(
        "env.on-host", "`\(variable)` was set in your own shell; a container does not inherit it",
        ko: "`\(variable)`을(를) 내 셸에만 정했습니다. 컨테이너는 물려받지 않습니다"), decided,
    ]
  }
}
