import Engine
import Linux
import Support

extension RunOptions {
  /// What a container may do with disks and other devices: `--blkio-…`, `--device-…-bps` and `-iops`,
  /// `--device-cgroup-rule`; and how readily its memory goes to the swap.
  func readDevices(into host: inout HostConfig) throws {
    let weight = try blkioWeight.map {
      try flagValue("--blkio-weight", $0, ResourceOption.blockWeight)
    }
    host.blkioWeight = weight == 0 ? nil : weight
    var limits = try blkioWeightDevice.map { text in
      try flagValue("--blkio-weight-device", text) { try BlockDeviceOption.weight($0) }
    }
    for (flag, kind, texts) in [
      ("--device-read-bps", BlockDeviceLimit.Kind.readBps, deviceReadBps),
      ("--device-write-bps", .writeBps, deviceWriteBps),
      ("--device-read-iops", .readIOps, deviceReadIops),
      ("--device-write-iops", .writeIOps, deviceWriteIops),
    ] {
      limits += try texts.map { text in
        try flagValue(flag, text) { try BlockDeviceOption.rate($0, kind) }
      }
    }
    host.blockDevices = limits.isEmpty ? nil : limits
    let rules = try deviceCgroupRule.map { text in
      try flagValue("--device-cgroup-rule", text) { text in
        guard DeviceRule(allowing: text) != nil else {
          throw GoValue.invalid("invalid device cgroup format '\(text)'")
        }
        return text
      }
    }
    host.deviceRules = rules.isEmpty ? nil : rules
    guard let memorySwappiness else { return }
    let value = try flagValue("--memory-swappiness", memorySwappiness, GoValue.int)
    guard (-1...100).contains(value) else {
      throw refused("invalid value: \(value). Valid memory swappiness range is 0-100")
    }
    host.memorySwappiness = value < 0 ? nil : value
  }

  /// What runs the container, and what it runs on. There is one of each here: what is the same under
  /// another name is taken, the rest is refused, in docker's words where it has some.
  func readTechnology(into spec: inout ContainerSpec) throws {
    if !annotation.isEmpty {
      spec.host.annotations = try KeyValues.map(annotation, flag: "--annotation")
    }
    guard ["", "runc", "io.containerd.runc.v2", "dklab"].contains(runtime) else {
      throw refused("unknown or invalid runtime name: \(runtime)")
    }
    guard ["", "default"].contains(isolation.lowercased()) else {
      throw refused("invalid isolation (\(isolation)): linux only supports 'default'")
    }
    guard ["", "local"].contains(volumeDriver) else {
      throw refused(
        "error looking up volume plugin \(volumeDriver): plugin \"\(volumeDriver)\" not found")
    }
    guard ["", "private", "host"].contains(cgroupns) else {
      throw refused("--cgroupns: invalid CGROUP mode")
    }
    guard cgroupns != "host" else {
      throw DklabError(
        .unsupported, id: "run.cgroupns",
        Text(
          "--cgroupns=host: every container has a cgroup namespace of its own here",
          ko: "--cgroupns=host: 여기서는 컨테이너마다 자신의 cgroup 네임스페이스가 있습니다"),
        exitStatus: 125)
    }
    guard disableContentTrust else {
      throw DklabError(
        .unsupported, id: "run.content-trust",
        Text(
          "--disable-content-trust=false: signatures of images (Docker Content Trust) are not verified here",
          ko: "--disable-content-trust=false: 여기서는 이미지의 서명(Docker Content Trust)을 검증하지 않습니다"),
        exitStatus: 125)
    }
  }

  private func refused(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "run.option", Text(message, ko: "옵션이 맞지 않습니다: \(message)"), exitStatus: 125)
  }
}
