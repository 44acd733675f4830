import Linux
import Runtime
import Support

/// The verbs that act on a container that exists.
enum OCILife {
  static let start = OCIVerb(
    name: "start", synopsis: "CONTAINER",
    abstract: Text("Run the program of a created container", ko: "만들어 둔 컨테이너의 프로그램을 실행합니다"),
    count: 1...1, flags: []
  ) { line, log in
    log.warn(try line.store.start(line.arguments[0]))
    return 0
  }

  static let state = OCIVerb(
    name: "state", synopsis: "CONTAINER",
    abstract: Text("Print the state of a container", ko: "컨테이너의 상태를 출력합니다"), count: 1...1,
    flags: []
  ) { line, _ in
    let container = try line.container()
    print(container.state(container.status).text(indentation: 2))
    return 0
  }

  static let kill = OCIVerb(
    name: "kill", synopsis: "[OPTIONS] CONTAINER [SIGNAL]",
    abstract: Text("Send a signal to a container (default TERM)", ko: "컨테이너에 시그널을 보냅니다(기본값 TERM)"),
    count: 1...2, flags: ["a all"]
  ) { line, _ in
    // 0 is no signal: the kernel only looks whether there is somebody to send one to.
    let signal =
      line.arguments.count < 2
      ? Signal.terminate
      : line.arguments[1] == "0" ? Signal(number: 0) : try Signal(parsing: line.arguments[1])
    try line.container().send(signal, all: line.isOn("all"))
    return 0
  }

  static let delete = OCIVerb(
    name: "delete", synopsis: "[OPTIONS] CONTAINER",
    abstract: Text("Remove what was made for a container", ko: "컨테이너를 위해 만든 것을 모두 지웁니다"),
    count: 1...1, flags: ["f force"]
  ) { line, log in
    log.warn(try line.store.delete(line.arguments[0], force: line.isOn("force")))
    return 0
  }

  static let pause = OCIVerb(
    name: "pause", synopsis: "CONTAINER",
    abstract: Text("Stop all processes of a container where they are", ko: "컨테이너의 모든 프로세스를 멈춰 둡니다"),
    count: 1...1, flags: []
  ) { line, _ in
    let container = try line.container()
    try container.require([.created, .running], to: Text("pause", ko: "pause"))
    try container.cgroup?.freeze()
    return 0
  }

  static let resume = OCIVerb(
    name: "resume", synopsis: "CONTAINER",
    abstract: Text("Let a paused container go on", ko: "멈춰 둔 컨테이너를 다시 움직입니다"), count: 1...1,
    flags: []
  ) { line, _ in
    let container = try line.container()
    try container.require([.paused], to: Text("resume", ko: "resume"))
    try container.cgroup?.thaw()
    return 0
  }
}
