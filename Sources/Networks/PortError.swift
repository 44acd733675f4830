import Glibc
import Linux
import Support

/// The errors of publishing ports, in Docker's words where it has words for them.
enum PortError {
  /// `-p` with something that is not a port.
  static func invalid(_ english: String, ko korean: String) -> DklabError {
    DklabError(
      .invalid, id: "port.invalid", Text(english, ko: korean),
      hint: Text(
        "accepted: [HOST-IP:][HOST-PORT:]CONTAINER-PORT[/tcp|udp], for example 8080:80, "
          + "127.0.0.1:8080:80, 8000-8010:80 or 53:53/udp",
        ko: "쓸 수 있는 형식: [호스트IP:][호스트포트:]컨테이너포트[/tcp|udp]. 예: 8080:80, "
          + "127.0.0.1:8080:80, 8000-8010:80, 53:53/udp"))
  }

  static func invalidAddress(_ text: String) -> DklabError {
    DklabError(
      .invalid, id: "port.address-invalid",
      Text("invalid IP address: \(text)", ko: "잘못된 IP 주소입니다: \(text)"),
      hint: Text(
        "use one of the host's addresses, such as 127.0.0.1, or none for all of them",
        ko: "127.0.0.1처럼 호스트가 가진 주소를 쓰거나, 모든 주소를 뜻하도록 비워 두세요"))
  }

  /// No port of the request is free. `first` is what the first attempt would have bound.
  static func allocated(
    _ request: PortRequest, first: PortBinding?, owner: (PortBinding) -> String?
  ) -> DklabError {
    guard let first, request.hostPorts?.count == 1 else {
      let range = request.hostPorts ?? PortListener.ephemeralPorts()
      let place = "\(address(request.hostIP)):\(range.lowerBound)-\(range.upperBound)"
      return DklabError(
        .conflict, id: "port.allocated",
        Text(
          "Bind for \(place) failed: all ports are allocated",
          ko: "호스트의 \(range.lowerBound)번부터 \(range.upperBound)번까지 열 수 있는 포트가 없습니다. 모두 이미 쓰이고 있습니다"),
        hint: Text("choose another range", ko: "다른 범위를 고르세요"))
    }
    let place = "\(address(first.hostIP)):\(first.hostPort)"
    let holder = holder(first, owner)
    return DklabError(
      .conflict, id: "port.allocated",
      Text(
        "Bind for \(place) failed: port is already allocated\(holder.en)",
        ko: "호스트의 \(first.hostPort)번 포트를 열 수 없습니다. \(holder.ko) 이미 쓰고 있습니다"),
      hint: anotherPort(first)
    ).about("\(first.hostPort)")
  }

  /// bind(2) refused for another reason than that the port is taken.
  static func refused(_ binding: PortBinding, _ error: SyscallError) -> any Error {
    let place = "\(address(binding.hostIP)):\(binding.hostPort)"
    switch error.errno {
    case EACCES:
      let file = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
      let first = (try? File.text(file, limit: 64))?.filter(\.isNumber) ?? "1024"
      return DklabError(
        .denied, id: "port.denied",
        Text(
          "Bind for \(place) failed: permission denied: ports below \(first) need root",
          ko: "호스트의 \(binding.hostPort)번 포트를 열 수 없습니다. \(first)번보다 낮은 포트는 root만 열 수 있습니다"),
        hint: Text(
          "use a higher port, for example -p \(8000 + binding.hostPort):\(binding.containerPort), "
            + "or allow it: sudo sysctl net.ipv4.ip_unprivileged_port_start=\(binding.hostPort)",
          ko: "더 높은 포트를 쓰거나(예: -p \(8000 + binding.hostPort):\(binding.containerPort)) "
            + "허용하세요: sudo sysctl net.ipv4.ip_unprivileged_port_start=\(binding.hostPort)"))
    case EADDRNOTAVAIL:
      return DklabError(
        .invalid, id: "port.address-unavailable",
        Text(
          "Bind for \(place) failed: cannot assign requested address",
          ko: "\(place)을(를) 열 수 없습니다. 이 컴퓨터에 없는 주소입니다"),
        hint: Text(
          "use an address that `ip addr` shows, or none for all of them",
          ko: "`ip addr`에 나오는 주소를 쓰거나, 모든 주소를 뜻하도록 비워 두세요"))
    default: return error
    }
  }

  private static func holder(_ binding: PortBinding, _ owner: (PortBinding) -> String?) -> Text {
    if let container = owner(binding) {
      return Text(" (by container \(container))", ko: "\(container) 컨테이너가")
    }
    if let process = PortHolder.find(binding) {
      return Text(
        " (by process \(process.name), pid \(process.pid))",
        ko: "\(process.name) 프로세스(pid \(process.pid))가")
    }
    return Text("", ko: "다른 프로그램이")
  }

  private static func anotherPort(_ binding: PortBinding) -> Text {
    let next = binding.hostPort < 1024 ? 8000 + binding.hostPort : binding.hostPort &+ 1
    let suffix = binding.protocol == .udp ? "/udp" : ""
    let (fixed, any) = (
      "-p \(next):\(binding.containerPort)\(suffix)", "-p \(binding.containerPort)\(suffix)"
    )
    return Text(
      "use another host port, for example \(fixed), or let one be chosen: \(any)",
      ko: "다른 호스트 포트를 쓰거나(예: \(fixed)) 자동으로 고르게 하세요: \(any)")
  }

  private static func address(_ text: String) -> String {
    if text.isEmpty { return "0.0.0.0" }
    return text.contains(":") ? "[\(text)]" : text
  }
}
