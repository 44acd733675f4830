import Engine
import Linux
import Support

/// Small facts that what the student reads is made of.
extension LabSession {
  /// The number of `step`, from 1.
  package func number(of step: Step) -> Int {
    (lab.steps.firstIndex { $0.id == step.id } ?? 0) + 1
  }

  /// What the student types for `docker`: the name used last.
  package var program: String {
    let names = ["docker", "podman", "dklab"]
    let entries = (try? instance.engine.journal.entries()) ?? []
    let last = entries.last { entry in
      entry.type == "command" && names.contains(entry.name)
        && entry.attributes["argv"]?.hasPrefix("dklab lab") != true
    }
    return last?.name ?? "docker"
  }

  /// What would be thrown away with the lab's present state; nil when there is nothing to lose. Files
  /// count only for a reset: whatever else begins anew puts them aside.
  package func atStake() throws -> Text? {
    try Self.stake(containers: try instance.containerCount(), files: nil, progress)
  }

  /// The same of a lab's parts; with `folder` the files in it count.
  static func stake(containers: Int, files folder: String?, _ progress: Progress) throws -> Text? {
    let files = folder.map { ((try? Directory.list($0)) ?? []).count } ?? 0
    let answers = try progress.answers().count
    let done = try progress.doneSteps().count
    var english: [String] = []
    var korean: [String] = []
    func add(_ count: Int, _ one: String, _ many: String, _ counted: String) {
      guard count > 0 else { return }
      english.append("\(count) \(count == 1 ? one : many)")
      korean.append(counted)
    }
    add(containers, "container", "containers", "컨테이너 \(containers)개")
    add(files, "file in your folder", "files in your folder", "작업 폴더의 파일 \(files)개")
    add(answers, "answer", "answers", "답 \(answers)개")
    add(done, "step done", "steps done", "완료한 단계 \(done)개")
    guard !english.isEmpty else { return nil }
    return Text(english.joined(separator: ", "), ko: korean.joined(separator: ", "))
  }
}
