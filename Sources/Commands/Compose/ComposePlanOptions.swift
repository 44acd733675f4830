import ArgumentParser
import Support

/// The flags of verbs that carry a plan out.
struct ComposePlanOptions: ParsableArguments {
  @Flag(help: "Print the plan with the cause of each step, and stop") var dryRun = false
  @Flag(help: "Print the plan with its causes, and when each step was done") var explain = false

  func apply(to session: ComposeSession) {
    session.plans.isDryRun = session.plans.isDryRun || dryRun
    session.plans.explains = explain
  }
}

/// `--scale SERVICE=N`.
enum ScaleOption {
  static func parse(_ texts: [String], of session: ComposeSession) throws -> [String: Int] {
    var result: [String: Int] = [:]
    for text in texts {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let number = Int(parts[1]), number >= 0 else {
        throw DklabError(
          .invalid, id: "compose.scale",
          Text(
            "invalid --scale option \"\(text)\": should be SERVICE=NUM",
            ko: "--scale 값 \"\(text)\"이(가) 잘못되었습니다. 서비스=개수로 쓰세요"), exitStatus: 1)
      }
      guard let service = session.model[parts[0]] else {
        throw DklabError(
          .notFound, id: "compose.no-service",
          Text("no such service: \(parts[0])", ko: "그런 서비스가 없습니다: \(parts[0])"), exitStatus: 1)
      }
      if number > 1, service.containerName != nil {
        throw DklabError(
          .invalid, id: "compose.scale",
          Text(
            "services.\(service.name): can't set container_name with several replicas: names are unique",
            ko: "services.\(service.name): 복제본이 여럿이면 container_name을 쓸 수 없습니다. 이름은 하나뿐입니다"),
          at: service.location, exitStatus: 1)
      }
      result[parts[0]] = number
    }
    return result
  }
}

/// `-t SECONDS`.
enum TimeoutOption {
  static func seconds(_ text: String?) throws -> Int? {
    try text.map { text in
      guard let number = Int(text) else {
        throw DklabError(
          .invalid, id: "compose.timeout",
          Text(
            "invalid timeout \"\(text)\": not a number", ko: "--timeout 값 \"\(text)\"은(는) 수가 아닙니다"),
          exitStatus: 1)
      }
      return number
    }
  }
}
