import Documents
import Glibc
import Linux
import Runtime
import Support

/// `events`: what a container uses, and when it ran out of memory.
enum OCIEvents {
  static let events = OCIVerb(
    name: "events", synopsis: "[OPTIONS] CONTAINER",
    abstract: Text("Print what a container uses, again and again", ko: "컨테이너의 자원 사용량을 계속 출력합니다"),
    count: 1...1, flags: ["interval=", "stats"]
  ) { line, _ in
    let interval = try milliseconds(line.value("interval") ?? "5s")
    let container = try line.container()
    try container.require(
      [.created, .running, .paused], to: Text("watch", ko: "events"))
    if line.isOn("stats") {
      tell("stats", container, data: container.statistics())
      return 0
    }
    var killed = container.cgroup?.outOfMemoryKills() ?? 0
    let started = monotonicMilliseconds()
    var ticks: Int64 = 1
    // Looks for kills four times as often as statistics are wanted, and at least every second.
    let step = Int64(min(1000, max(1, interval / 4)))
    while true {
      let ended = try container.waitForEnd(milliseconds: step)
      let now = container.cgroup?.outOfMemoryKills() ?? killed
      if now > killed { tell("oom", container) }
      killed = max(killed, now)
      if ended { return 0 }
      if monotonicMilliseconds() - started >= ticks * Int64(interval) {
        tell("stats", container, data: container.statistics())
        ticks += 1
      }
    }
  }

  private static func tell(_ type: String, _ container: RuntimeContainer, data: JSONValue? = nil) {
    var event: JSONValue = ["type": .string(type), "id": .string(container.id)]
    if let data { event["data"] = data }
    print(event.text())
    fflush(nil)
  }

  /// A duration as Go writes it: `5s`, `500ms`, `1m`, `1m30s`.
  static func milliseconds(_ text: String) throws -> Int {
    let units: [(String, Double)] = [
      ("ms", 1), ("us", 0.001), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ]
    var rest = Substring(text)
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.0) })
      else { throw OCIUsage("--interval: \"\(text)\" is not a duration such as 5s") }
      rest = rest.dropFirst(unit.0.count)
      total += number * unit.1
    }
    guard total >= 1, total < 1e12 else {
      throw OCIUsage("--interval: \"\(text)\" must be greater than 0")
    }
    return Int(total)
  }
}
