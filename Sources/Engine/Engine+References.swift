import Networks
import Support

extension Engine {
  /// Refuses what names a container that is not there, as dockerd does when it makes a container:
  /// `--pid` and `--ipc container:NAME`, `--link` on the default network. (`--network container:NAME` is
  /// looked at when it starts, and a link on a network of one's own when somebody asks for the name.)
  ///
  /// Throws `DklabError` `container.not-found`, `link.invalid`, in dockerd's words.
  func checkReferences(of spec: ContainerSpec) throws {
    for mode in [spec.host.pidMode, spec.host.ipcMode] where mode.hasPrefix("container:") {
      _ = try container(String(mode.dropFirst("container:".count)))
    }
    let links = spec.networks.filter { ["bridge", "default"].contains($0.network) }
      .flatMap(\.links)
    for link in links {
      let parts = link.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard !link.isEmpty else { throw invalid("empty string specified for links") }
      guard parts.count <= 2 else { throw invalid("bad format for links: \(link)") }
      do {
        _ = try container(parts[0])
      } catch var error as DklabError where error.code == .notFound {
        error.message = Text(
          "could not get container for \(parts[0]): \(error.message.en)",
          ko: "--link \(link): \(error.message.ko)")
        throw error
      }
    }
  }

  private func invalid(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "link.invalid", Text(message, ko: "--link 값이 잘못되었습니다: \(message)"),
      hint: Text("accepted: CONTAINER or CONTAINER:ALIAS", ko: "쓸 수 있는 형식: 컨테이너 또는 컨테이너:별명"))
  }
}
