import Linux
import Testing

@testable import Labs

@Suite("The lab format page")
struct FormatPageTests {
  private static let pages = ["lab-format.md", "lab-format.ko.md"]

  private func page(_ name: String) throws -> String {
    try File.text("\(ShippedLabsTests.root)/Courseware/\(name)")
  }

  @Test("describes every type of check, every cause and every fence", arguments: pages)
  func complete(_ name: String) throws {
    let page = try page(name)
    for cause in CauseCatalog.ids { #expect(page.contains("`\(cause)`"), "\(name): \(cause)") }
    for kind in FenceKind.shown { #expect(page.contains("`\(kind)`"), "\(name): \(kind)") }
    for (kind, shape) in FenceKind.mechanics {
      #expect(page.contains("| `\(kind)`") || page.contains("| `\(kind) "), "\(name): \(kind)")
      for attribute in shape.attributes {
        #expect(page.contains("`\(attribute)="), "\(name): \(attribute)")
      }
    }
    for need in Need.allCases { #expect(page.contains("`\(need.rawValue)`"), "\(name): \(need)") }
    for kind in VariableReader.kindNames { #expect(page.contains("`\(kind)`"), "\(name): \(kind)") }
    for relation in Comparison.Relation.allCases {
      #expect(page.contains("`\(relation.rawValue)"), "\(name): \(relation)")
    }
  }

  /// The table is the one that the reader fills while it reads (`Shape`), so a key that is read and
  /// not written about turns this red.
  @Test("describes every key of every mapping that is read", arguments: pages)
  func keys(_ name: String) throws {
    let rows = try page(name).split(separator: "\n").filter { $0.hasPrefix("|") }
    func row(_ key: String) -> Substring? {
      rows.first { row in
        let first = row.split(separator: "|").first ?? ""
        return first.contains("`\(key)`") || first.contains("`\(key): ")
      }
    }
    let parts: [(part: String, shape: Shape)] = [
      ("front matter", LabSchema.shape(raw: true) { _ = LabReader.head(&$0, "") }),
      ("a check", LabSchema.shape(raw: true) { _ = CheckReader.OwnKeys(&$0, type: "") }),
    ]
    for (part, shape) in parts {
      for key in shape.keys { #expect(row(key.name) != nil, "\(name): \(part): \(key.name)") }
    }
    let relations = Comparison.Relation.allCases.map(\.rawValue)
    for type in CheckTypes.all where type.type != "script" {
      let text = try #require(row(type.type), "\(name) has no row for \(type.type)")
      for key in LabSchema.shape({ _ = type.init(&$0) }).keys where !relations.contains(key.name) {
        #expect(
          text.contains("`\(key.name)") || text.contains("**\(key.name)**")
            || text.contains(" \(key.name)"), "\(name): \(type.type): \(key.name)")
      }
    }
    for part in ["answer", "quiz"] {
      let keys = LabSchema.document()["$defs"]?[part]?["properties"]?.object?.keys ?? []
      #expect(!keys.isEmpty)
      for key in keys where !relations.contains(key) {
        #expect(row(key) != nil, "\(name): \(part): \(key)")
      }
    }
  }

  @Test("holds a whole lab that follows its own rules", arguments: pages)
  func example(_ name: String) throws {
    let blocks = MarkdownReader.read(try page(name), file: "page").0
    let files = blocks.compactMap { block -> String? in
      guard case .fence(let fence) = block.kind, fence.body.hasPrefix("---\n") else { return nil }
      return fence.body
    }
    let english = try #require(files.first { $0.contains("format: 1") })
    let korean = try #require(files.first { $0.contains("lab: first") })
    let lab = try #require(LabReader.read(english, file: "lab.md").0)
    let accepted = try AcceptTranslation.accepted(korean, for: lab, file: "lab.ko.md")
    let found = Linter.lint(
      english, file: "lab.md", translation: accepted, translationFile: "lab.ko.md"
    ).diagnostics
    #expect(found.map { $0.text(.en) } == [])
  }

  @Test("the lab that `lab new` writes follows them too")
  func template() throws {
    let folder = "/tmp/dklab-new-\(UInt64.random(in: .min ... .max))"
    defer { try? Directory.removeTree(folder) }
    _ = try LabTemplate.write(id: "mine", into: folder)
    #expect(try Linter.lint(folder: folder).diagnostics.map { $0.text(.en) } == [])
  }
}
