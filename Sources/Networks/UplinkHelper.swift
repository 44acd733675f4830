// An uplink without root: pasta or slirp4netns.
//
// An ordinary user may do as he pleases in namespaces of his own, and nothing with the host's. But
// he may open sockets. Both programs put a tap device into the instance's namespace, take apart
// what is sent into it, and open an ordinary socket on the host for each connection; pasta maps
// them one to one, slirp4netns has a TCP of its own.
//
// Man pages: pasta(1), slirp4netns(1).

import Glibc
import Linux
import Support

/// Starting a program that connects an instance's namespace.
enum UplinkHelper {
  /// Starts the first of the programs that is installed and works.
  static func connect(
    _ network: InstanceNetwork, _ instance: borrowing NetworkNamespace
  ) throws -> UplinkRecord {
    let (pasta, slirp) = (HostProgram("pasta"), HostProgram("slirp4netns"))
    guard pasta != nil || slirp != nil else {
      return UplinkRecord.unavailable(
        Text(
          "neither pasta nor slirp4netns is installed", ko: "pasta도 slirp4netns도 설치되어 있지 않습니다"),
        hint: Text("sudo apt-get install passt", ko: "sudo apt-get install passt"))
    }
    let device = "/dev/net/tun"
    let permit = "sudo modprobe tun; sudo chmod 666 \(device)"
    guard access(device, R_OK | W_OK) == 0 else {
      return UplinkRecord.unavailable(
        Text(
          "\(device) cannot be opened by this user",
          ko: "이 사용자는 \(device.with(.object)) 열 수 없습니다"),
        hint: Text(permit, ko: permit))
    }
    var failures: [Text] = []
    if let pasta {
      switch try startPasta(pasta, network) {
      case .running(let helper):
        return UplinkRecord(UplinkStatus(kind: .pasta), helper: helper)
      case .failed(let reason): failures.append(reason)
      }
    }
    if let slirp {
      switch try startSlirp(slirp, network, instance) {
      case .running(let helper):
        return UplinkRecord(UplinkStatus(kind: .slirp4netns), helper: helper)
      case .failed(let reason): failures.append(reason)
      }
    }
    return UplinkRecord(UplinkStatus(kind: .unavailable, reason: failures.first))
  }

  private enum Start {
    case running(ProcessIdentity)
    case failed(Text)

    static func failed(_ program: String, _ output: String) -> Start {
      let words = output.split(separator: "\n").last.map(String.init) ?? ""
      return .failed(
        Text(
          "\(program) did not start: \(words)",
          ko: "\(program.with(.subject)) 시작되지 않았습니다: \(words)"))
    }
  }

  /// pasta goes into the background when the interface is ready, and leaves its pid in a file.
  private static func startPasta(
    _ pasta: HostProgram, _ network: InstanceNetwork
  ) throws -> Start {
    let slot = UplinkSlot(number: 0)
    let pidFile = network.uplinkPath + ".pid"
    defer { unlink(pidFile) }
    let outcome = try pasta.run([
      "--netns-only", "--netns", network.namespacePath, "--ns-ifname",
      UplinkSlot.instanceInterface, "--config-net", "-4", "-a", "\(slot.instanceAddress)", "-n",
      "30", "-g", "\(slot.hostAddress)", "--no-map-gw", "-t", "none", "-u", "none", "-T", "none",
      "-U", "none", "-q", "-P", pidFile,
    ])
    let text = (try? File.text(pidFile, limit: 32)) ?? ""
    guard outcome.succeeded, let pid = pid_t(text.filter(\.isNumber)),
      let helper = ProcessIdentity(of: pid)
    else { return .failed("pasta", outcome.output) }
    return .running(helper)
  }

  /// slirp4netns stays in the foreground; its interface having an address says that it is ready.
  private static func startSlirp(
    _ slirp: HostProgram, _ network: InstanceNetwork, _ instance: borrowing NetworkNamespace
  ) throws -> Start {
    let helper = try slirp.startInBackground([
      "--configure", "--mtu=65520", "--disable-host-loopback", "--netns-type=path",
      network.namespacePath, UplinkSlot.instanceInterface,
    ])
    for _ in 0..<100 {
      let seen = try NetworkObservation.observe(path: network.namespacePath)
      if !seen.addresses(of: UplinkSlot.instanceInterface).isEmpty { return .running(helper) }
      guard helper.isAlive else { break }
      usleep(20_000)
    }
    _ = try helper.send(.kill)
    return .failed("slirp4netns", "")
  }
}
