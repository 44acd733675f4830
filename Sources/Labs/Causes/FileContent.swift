import Documents
import Support

/// Why a file that is there does not hold what it should.
enum FileContent {
  static func causes(
    _ text: String, _ comparison: Comparison, _ snapshot: Snapshot
  ) -> [Cause] {
    if text.trimmed.isEmpty {
      return [
        Cause(
          "file.empty",
          "the file is there and empty: a variable of your own shell has no value in the container",
          ko: "파일은 있지만 비어 있습니다. 내 셸의 변수는 컨테이너 안에서 값이 없습니다")
      ]
    }
    if text.contains("$") || text.contains("{{") {
      return [
        Cause(
          "file.unexpanded",
          "it holds the name of a variable instead of its value: single quotes keep the shell from "
            + "filling it in",
          ko: "변수의 값이 아니라 이름이 들어 있습니다. 작은따옴표 안에서는 셸이 값을 채우지 않습니다")
      ]
    }
    return [
      Cause(
        "value.differs", "the file is there, with other content", ko: "파일은 있지만 내용이 다릅니다")
    ]
  }

  static func mode(_ octal: String) -> Cause {
    let digits = octal.suffix(3).compactMap(\.wholeNumberValue)
    if digits.count == 3, digits[2] & 2 != 0 {
      return Cause(
        "file.mode", "others may write to it: the last of the three digits is \(digits[2])",
        ko: "나머지 모두가 쓸 수 있습니다. 세 자리 가운데 마지막이 \(digits[2])입니다")
    }
    return Cause(
      "file.mode", "three digits: owner, group, others; 4 is reading, 2 writing, 1 executing",
      ko: "세 자리는 차례로 소유자, 그룹, 나머지입니다. 4는 읽기, 2는 쓰기, 1은 실행입니다")
  }
}

/// The last command in a container, when it failed.
enum FailedExec {
  static func causes(_ container: String, in snapshot: Snapshot) -> [Cause] {
    let life = snapshot.container(container).map { snapshot.story.life(of: $0) } ?? []
    let last = life.last { $0.kind == "exec.die" && $0.time >= snapshot.begun }
    // A command that worked since then has had its own effect: the failure explains nothing.
    let failed = last.flatMap { ($0.exit ?? 0) != 0 ? $0 : nil }
    guard let failed, let line = failed.attributes["argv"] else {
      return refused(container, since: life.first?.time ?? 0, in: snapshot)
    }
    let said = (failed.attributes["out"] ?? "").split(separator: "\n").first.map {
      String($0.prefix(100))
    }
    return [
      Cause(
        "journal.failed",
        "`\(line)` failed in `\(container)` (status \(failed.exit ?? 0))"
          + (said.map { ": \($0)" } ?? ""),
        ko: "`\(container)` 안에서 `\(line)`이(가) 실패했습니다(종료 코드 \(failed.exit ?? 0))"
          + (said.map { ": \($0)" } ?? ""))
    ]
  }

  private static func refused(
    _ container: String, since made: Int64, in snapshot: Snapshot
  ) -> [Cause] {
    let refused = snapshot.tries.last { event in
      event.kind == "command.refuse" && event.time >= made && event.words.contains("exec")
        && event.mentions(container)
    }
    guard let refused, let line = refused.attributes["argv"] else { return [] }
    let message = refused.attributes["message"] ?? ""
    return [
      Cause(
        "container.exec-refused", "`docker \(line)` was refused: \(message)",
        ko: "`docker \(line)` 명령이 거부되었습니다: \(refused.attributes["messageKo"] ?? message)")
    ]
  }
}
