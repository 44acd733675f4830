import ArgumentParser
import Documents
import Engine
import Glibc
import Images
import Registry

/// `docker manifest …`.
struct ManifestGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest", abstract: "Look at image manifests in registries",
    subcommands: [ManifestInspect.self])
}

struct ManifestInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Display an image manifest, or manifest list",
    usage: "\(ProgramName.current) manifest inspect [OPTIONS] [MANIFEST_LIST] MANIFEST")

  @Flag(help: "Allow communication with an insecure registry") var insecure = false
  @Flag(name: .shortAndLong, help: "Output additional info including layers and platform")
  var verbose = false
  @Argument var names: [String]

  func run() throws {
    let reference = try Reference(names.last ?? "")
    if insecure { setenv("DKLAB_INSECURE_REGISTRIES", reference.domain, 1) }
    let found = try RemoteManifest.fetch(reference, root: DataRoot.current().path)
    let json = try JSONValue.parse(found.bytes, file: reference.familiar)
    guard verbose else { return print(json.text(indentation: 3)) }
    let descriptor = Descriptor(
      mediaType: found.mediaType, digest: found.digest, size: Int64(found.bytes.count))
    let object: JSONValue = [
      "Ref": .string(reference.description), "Descriptor": try JSONValue(encoding: descriptor),
      "Raw": .string(Base64.encode(found.bytes)), "Manifest": json,
    ]
    print(object.text(indentation: 3))
  }
}
