import Glibc
import Linux
import Support

/// Looks that are not at an engine: at this machine, its ports, the student's folder.
enum HostProbe {
  /// What is seen for `probe`; nil when that is about containers or images.
  static func look(
    _ probe: Probe, _ folder: String, _ environment: [String: String]
  ) throws -> ProbeResult? {
    switch probe {
    case .http(let url, let host): HTTPProbe.get(url, host: host)
    case .registry(let name): RegistryProbe.look(name)
    case .tcp(let address, let port): HTTPProbe.connects(address, port: port)
    case .host: .process(try ProcessProbe.facts(of: getpid()))
    case .cgroupVersion: .text(CgroupLayout.observe().kind == .v2 ? "2" : "1")
    case .portHolder(let port): HTTPProbe.holder(port)
    case .file(let path): FileProbe.read(folder + "/" + path)
    case .folder: .lines(try Directory.list(folder))
    case .hostFile(let path): FileProbe.written(path)
    case .fileDigest(let path): try FileProbe.digest(folder + "/" + path)
    case .script(let text): try ProgramProbe.script(text, folder, environment)
    default: nil
    }
  }
}
