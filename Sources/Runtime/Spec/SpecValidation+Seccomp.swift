import Linux
import Support

extension SpecValidation {
  /// What a filter may not leave to an agent, and what it takes to have one.
  func check(_ seccomp: SeccompProfile) throws {
    let notify = SeccompProfile.Action.notify.rawValue
    guard seccomp.defaultAction != .notify else {
      throw refusal(
        "linux.seccomp.defaultAction",
        "\(notify) cannot be the default: the agent could not be told of the container",
        "\(notify)는 기본 동작이 될 수 없습니다. 에이전트에 컨테이너를 알릴 수 없게 됩니다", code: .unsupported)
    }
    for (index, rule) in seccomp.rules.enumerated()
    where rule.action == .notify && rule.names.contains("write") {
      throw refusal(
        "linux.seccomp.syscalls[\(index)]",
        "\(notify) cannot be used for write: the agent is told of the container with it",
        "\(notify)는 write에 쓸 수 없습니다. 에이전트에 컨테이너를 알리는 데 쓰입니다", code: .unsupported)
    }
    guard seccomp.asksAgent else { return }
    guard let path = seccomp.agentPath else {
      throw refusal(
        "linux.seccomp.listenerPath", "is missing: \(notify) takes an agent",
        "값이 없습니다. \(notify)에는 에이전트가 있어야 합니다")
    }
    guard path.hasPrefix("/") else {
      throw refusal(
        "linux.seccomp.listenerPath", "\(path) must be an absolute path",
        "\(path)은(는) 절대 경로여야 합니다")
    }
  }
}
