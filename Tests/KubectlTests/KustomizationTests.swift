import Documents
import Linux
import Testing

@testable import Kubectl

@Suite("Kustomizations")
struct KustomizationTests {
  private static let fixtures =
    String(#filePath.dropLast("KustomizationTests.swift".count)) + "Fixtures/kustomize"

  /// What the genuine `kubectl kustomize` 1.32 wrote stands in `NAME.expected`.
  @Test("come out as the genuine one writes them", arguments: ["base", "over"])
  func build(_ name: String) throws {
    let objects = try Kustomization.build("\(Self.fixtures)/\(name)")
    let text = objects.map { ManifestText.yaml($0) }.joined(separator: "---\n")
    #expect(try text == File.text("\(Self.fixtures)/\(name).expected"))
  }

  @Test("a folder without one is refused, and so is what is not understood")
  func refusals() throws {
    #expect(throws: KubectlError.self) { try Kustomization.build(Self.fixtures) }
    #expect(throws: KubectlError.self) { try Kustomization.build("/nonexistent") }
    let folder = "/tmp/dklab-kustomize-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(folder)
    defer { try? Directory.removeTree(folder) }
    for text in ["resources: [missing.yaml]", "nonsense: 1", "vars: []", "resources: [.]"] {
      try File.replace("\(folder)/kustomization.yaml", text)
      #expect(throws: KubectlError.self, "\(text)") { try Kustomization.build(folder) }
    }
  }
}
