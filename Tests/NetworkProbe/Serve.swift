import Glibc
import Linux
import Networks
import Support

/// What a monitor does, in its order: ports first, then the container's process in a network
/// namespace of its own, then its interface; then it relays.
func serve(_ state: String, _ requests: [PortRequest]) throws {
  let ports = try PortListener.open(requests)
  let network = InstanceNetwork(stateDirectory: state)
  try network.ensure()
  let owner = "probe\(getpid())"
  let endpoint = try network.allocate(owner: owner)
  let container = try Service(closing: ports.map(\.fd))
  try network.enter()
  try network.attach(pid: container.pid, endpoint)
  let relay = try PortRelay(ports: ports, target: endpoint.address, idleMilliseconds: 500)
  show(try NetworkObservation.observe(pid: container.pid))
  container.start()
  for port in ports { say("port \(port.binding)") }
  say("ready")
  try relayUntilInputEnds(relay)
  relay.close()
  container.stop()
  try network.release(owner: owner)
}

/// A line of input asks how many connections and flows are open.
private func relayUntilInputEnds(_ relay: PortRelay) throws {
  while true {
    var entries = [
      PollEntry(fd: STDIN_FILENO, events: .readable),
      PollEntry(fd: relay.descriptor, events: .readable),
    ]
    let wait = relay.nextDeadline.map { Int32(max(0, $0 - monotonicMilliseconds())) } ?? -1
    try pollDescriptors(&entries, timeout: wait)
    relay.handle()
    guard !entries[0].ready.isEmpty else { continue }
    var command: UInt8 = 0
    guard read(STDIN_FILENO, &command, 1) == 1 else { return }
    say("open \(relay.openCount)")
  }
}

/// The same endpoint attached twice, the first still there: what a restart looks like. Then taken
/// away by hand, and again by the end of the container.
func restart(_ state: String) throws {
  let network = InstanceNetwork(stateDirectory: state)
  try network.ensure()
  let endpoint = try network.allocate(owner: "c")
  func ports() throws -> Int {
    try NetworkObservation.observe(path: network.namespacePath).ports(of: "docker0").count
  }
  let first = try Service()
  try network.attach(pid: first.pid, endpoint)
  say("first \(try ports())")
  let second = try Service()
  try network.attach(pid: second.pid, endpoint)
  let left = try NetworkObservation.observe(pid: first.pid).link("eth0") == nil
  say("second \(try ports()) first has lost eth0: \(left)")
  try network.detach(endpoint)
  try network.detach(endpoint)
  say("detached \(try ports())")
  try network.attach(pid: second.pid, endpoint)
  first.stop()
  second.stop()
  var rounds = 0
  while try ports() > 0, rounds < 500 {
    usleep(10_000)
    rounds += 1
  }
  say("ended \(try ports())")
}

/// A line of standard output at once: the test waits for it.
func say(_ items: Any...) {
  try? writeAll(STDOUT_FILENO, items.map { "\($0)" }.joined(separator: " ") + "\n")
}
