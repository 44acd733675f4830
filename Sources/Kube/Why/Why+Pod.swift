import Documents
import Support

extension Why {
  /// Why a pod is not ready.
  func pod(_ pod: JSONValue) -> Cause? {
    let phase = pod.text("status", "phase")
    if phase == "Succeeded" || phase != "Failed" && pod.isCondition("Ready") && !pod.isBeingDeleted
    {
      return nil
    }
    let name = "pod/\(pod.name)"
    if pod.isBeingDeleted {
      return Cause(
        Text("\(name) is being deleted", ko: "\(name)이(가) 삭제되는 중입니다"), ending(pod))
    }
    if phase == "Failed" {
      let said = pod.text("status", "message")
      return Cause(
        Text("\(name) has failed", ko: "\(name)이(가) 실패했습니다"),
        said.isEmpty ? containers(pod) : [Cause(Text(said, ko: said))])
    }
    let title = Text("\(name) is not ready", ko: "\(name)이(가) 준비되지 않았습니다")
    if pod.text("spec", "nodeName").isEmpty { return Cause(title, [unscheduled(pod)]) }
    if let node = view.object("nodes", "", pod.text("spec", "nodeName")).flatMap(node) {
      return Cause(title, [node])
    }
    var causes = containers(pod)
    if causes.isEmpty, pod.isCondition("ContainersReady") {
      causes = pod.list("spec", "readinessGates").map { $0.text("conditionType") }.filter {
        !pod.isCondition($0)
      }.map { gate in
        Cause(
          Text(
            "its readiness gate \(gate) is not true", ko: "준비 게이트(readiness gate) \(gate)가 참이 아닙니다")
        )
      }
    }
    if causes.isEmpty, let failed = event(pod, "FailedCreatePodSandBox") {
      causes = [said(failed)]
    }
    if causes.isEmpty, !pod.isCondition("PodReadyToStartContainers"),
      let failed = event(pod, "FailedMount")
    {
      causes = [said(failed)]
    }
    if causes.isEmpty {
      causes = [
        Cause(
          Text(
            "its node \(pod.text("spec", "nodeName")) is still starting it",
            ko: "노드 \(pod.text("spec", "nodeName"))이(가) 아직 시작하는 중입니다"))
      ]
    }
    return Cause(title, causes)
  }

  private func said(_ event: JSONValue) -> Cause {
    Cause(Text(event.text("message"), ko: event.text("message")))
  }

  private func ending(_ pod: JSONValue) -> [Cause] {
    let finalizers = pod.list("metadata", "finalizers").compactMap(\.string)
    guard finalizers.isEmpty else {
      let names = finalizers.joined(separator: ", ")
      return [
        Cause(
          Text("its finalizers hold it: \(names)", ko: "파이널라이저(finalizer)가 붙잡고 있습니다: \(names)"))
      ]
    }
    let seconds = pod.number("metadata", "deletionGracePeriodSeconds") ?? 30
    return [
      Cause(
        Text(
          "its containers have \(seconds) s to end after SIGTERM",
          ko: "컨테이너는 SIGTERM을 받은 뒤 \(seconds)초 안에 끝나야 합니다"))
    ]
  }

  private func unscheduled(_ pod: JSONValue) -> Cause {
    let title = Text("no node has been chosen for it", ko: "실행할 노드가 정해지지 않았습니다")
    guard let condition = pod.condition("PodScheduled"), condition.text("status") == "False" else {
      return Cause(
        title,
        [
          Cause(
            Text("no scheduler has looked at it", ko: "스케줄러가 아직 이 파드를 보지 않았습니다"),
            remedy: Text(
              "dklab kube start scheduler, if it was switched off",
              ko: "스케줄러를 꺼 두었다면 dklab kube start scheduler"))
        ])
    }
    let message = condition.text("message")
    // "0/1 nodes are available: 1 Insufficient cpu, 1 node(s) had … . preemption: …"
    let parts = message.split(separator: ": ", maxSplits: 1)
    let reasons = parts.count > 1 ? parts[1].split(separator: ". preemption").first ?? "" : ""
    let list = reasons.split(separator: ", ").map {
      Cause(Text(String($0.trimmingDot), ko: String($0.trimmingDot)))
    }
    return Cause(title, list.isEmpty ? [Cause(Text(message, ko: message))] : list)
  }

  // MARK: Containers

  private func containers(_ pod: JSONValue) -> [Cause] {
    for status in pod.list("status", "initContainerStatuses")
    where !status.flag("ready") && !(status.flag("started") && isSidecar(status, pod)) {
      if let cause = container(status, pod, isInit: true) { return [cause] }
    }
    return pod.list("status", "containerStatuses").filter { !$0.flag("ready") }.compactMap {
      container($0, pod, isInit: false)
    }
  }

  private func isSidecar(_ status: JSONValue, _ pod: JSONValue) -> Bool {
    pod.list("spec", "initContainers").contains {
      $0.text("name") == status.text("name") && $0.text("restartPolicy") == "Always"
    }
  }

  private func container(_ status: JSONValue, _ pod: JSONValue, isInit: Bool) -> Cause? {
    let name = status.text("name")
    let word = Text(
      isInit ? "init container \(name)" : "container \(name)",
      ko: isInit ? "초기화 컨테이너 \(name)" : "컨테이너 \(name)")
    if let waiting = status.at("state", "waiting") {
      return self.waiting(waiting, status, pod, word)
    }
    if let ended = status.at("state", "terminated") {
      return Cause(
        Text("\(word.en) has ended", ko: "\(word.ko)이(가) 끝났습니다"), [end(ended, pod, name)])
    }
    if status.at("state", "running") != nil {
      return isInit && !isSidecar(status, pod)
        ? Cause(
          Text(
            "\(word.en) has not ended yet: the others wait for it",
            ko: "\(word.ko)이(가) 아직 끝나지 않아 다른 컨테이너가 기다립니다"))
        : Cause(
          Text("\(word.en) runs and is not ready", ko: "\(word.ko)이(가) 실행 중이지만 준비되지 않았습니다"),
          probe(status, pod, name))
    }
    return nil
  }

  private func waiting(
    _ waiting: JSONValue, _ status: JSONValue, _ pod: JSONValue, _ word: Text
  ) -> Cause? {
    let (reason, message) = (waiting.text("reason"), waiting.text("message"))
    let shown = Cause(Text(message, ko: message))
    let name = status.text("name")
    let image = spec(name, pod)?.text("image") ?? ""
    switch reason {
    case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull":
      return Cause(
        Text(
          "\(word.en): its image \(image) cannot be had (\(reason))",
          ko: "\(word.ko): 이미지 \(image)를 가져올 수 없습니다 (\(reason))"),
        remedy: Text(
          "check the image's name and tag; `dklab images` lists what is on this machine",
          ko: "이미지 이름과 태그를 확인하세요. 이 컴퓨터에 있는 이미지는 `dklab images`로 볼 수 있습니다"), [shown])
    case "CreateContainerConfigError":
      return Cause(
        Text(
          "\(word.en) cannot be configured (\(reason))", ko: "\(word.ko)을(를) 구성할 수 없습니다 (\(reason))"
        ),
        [shown])
    case "CrashLoopBackOff":
      let last = status.at("lastState", "terminated") ?? .null
      let count = status.number("restartCount") ?? 0
      return Cause(
        Text(
          "\(word.en) ends again and again (CrashLoopBackOff, \(count) restarts)",
          ko: "\(word.ko)이(가) 시작하자마자 끝나기를 되풀이합니다 (CrashLoopBackOff, 재시작 \(count)번)"),
        remedy: Text(
          "kubectl logs \(pod.name) -c \(name) --previous",
          ko: "kubectl logs \(pod.name) -c \(name) --previous"),
        [end(last, pod, name)] + restarts(pod, name))
    case "PodInitializing": return nil
    case "ContainerCreating" where message.isEmpty: return nil
    default:
      return Cause(
        Text("\(word.en) cannot start (\(reason))", ko: "\(word.ko)을(를) 시작할 수 없습니다 (\(reason))"),
        message.isEmpty ? [] : [shown])
    }
  }

  private func spec(_ name: String, _ pod: JSONValue) -> JSONValue? {
    (pod.list("spec", "containers") + pod.list("spec", "initContainers")).first {
      $0.text("name") == name
    }
  }

  /// How a container ended.
  private func end(_ terminated: JSONValue, _ pod: JSONValue, _ name: String) -> Cause {
    let code = terminated.number("exitCode") ?? 0
    let reason = terminated.text("reason")
    if reason == "OOMKilled" {
      let limit = spec(name, pod)?.at("resources", "limits", "memory")?.string ?? "?"
      return Cause(
        Text(
          "it used more memory than its limit of \(limit) and was killed (OOMKilled)",
          ko: "메모리 제한 \(limit)를 넘어 강제로 종료되었습니다 (OOMKilled)"))
    }
    if reason == "StartError" || reason == "ContainerCannotRun" {
      return Cause(Text(terminated.text("message"), ko: terminated.text("message")))
    }
    let meaning: Text =
      switch code {
      case 0: Text(": its program had nothing more to do", ko: ": 프로그램이 할 일을 마쳤습니다")
      case 126: Text(": its command cannot be executed", ko: ": 명령을 실행할 수 없습니다")
      case 127: Text(": its command was not found", ko: ": 명령을 찾을 수 없습니다")
      case 129...: Text(": ended by signal \(code - 128)", ko: ": 시그널 \(code - 128)로 끝났습니다")
      default: Text("", ko: "")
      }
    return Cause(
      Text("its last exit code was \(code)\(meaning.en)", ko: "마지막 종료 코드는 \(code)입니다\(meaning.ko)"))
  }

  /// What made the node restart a container that did not end by itself.
  private func restarts(_ pod: JSONValue, _ name: String) -> [Cause] {
    guard let killing = event(pod, "Killing"), killing.text("message").contains("probe"),
      killing.text("involvedObject", "fieldPath").contains("{\(name)}")
    else { return [] }
    return [said(killing)] + (event(pod, "Unhealthy").map { [said($0)] } ?? [])
  }

  private func probe(_ status: JSONValue, _ pod: JSONValue, _ name: String) -> [Cause] {
    guard let container = spec(name, pod) else { return [] }
    let isStarted = status.flag("started")
    let kind = isStarted ? "readinessProbe" : "startupProbe"
    guard let probe = container[kind] else {
      return pod.isCondition("Ready")
        ? [] : [Cause(Text("it has only just started", ko: "방금 시작했습니다"))]
    }
    let title = Text(
      "its \(kind) has not succeeded: \(Self.describe(probe))",
      ko: "\(kind)가 성공하지 않았습니다: \(Self.describe(probe))")
    var causes: [Cause] = []
    if let unhealthy = event(pod, "Unhealthy") { causes.append(said(unhealthy)) }
    let action = probe["httpGet"] ?? probe["tcpSocket"] ?? probe["grpc"]
    let declared = container.list("ports").compactMap { $0.number("containerPort") }
    if let port = action?.number("port"), !declared.isEmpty, !declared.contains(port) {
      let ports = declared.map(String.init).joined(separator: ", ")
      causes.append(
        Cause(
          Text(
            "it asks port \(port); the container declares \(ports)",
            ko: "프로브는 포트 \(port)에 묻는데, 컨테이너가 선언한 포트는 \(ports)입니다")))
    }
    return [Cause(title, causes)]
  }

  private static func describe(_ probe: JSONValue) -> String {
    func port(_ action: JSONValue) -> String {
      action.number("port").map(String.init) ?? action.text("port")
    }
    if let http = probe["httpGet"] { return "GET :\(port(http))\(http.text("path"))" }
    if let tcp = probe["tcpSocket"] { return "tcp :\(port(tcp))" }
    if let grpc = probe["grpc"] { return "grpc :\(port(grpc))" }
    return probe.list("exec", "command").compactMap(\.string).joined(separator: " ")
  }
}

extension Substring {
  /// Without a full stop at the end.
  fileprivate var trimmingDot: Substring { last == "." ? dropLast() : self }
}
