import ArgumentParser
import Images
import Support

/// `dklab image tree`: which image stands on which.
struct ImageTree: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tree", abstract: "Show which images share the layers of which",
    usage: "\(ProgramName.current) image tree")

  func run() throws {
    for family in ImageFamily.trees(of: try openEngine().images().list()) {
      print(family, first: "", further: "")
    }
  }

  private func print(_ family: ImageFamily, first: String, further: String) {
    let image = family.image
    let names = image.tags.map(\.familiar).joined(separator: ", ")
    let size = ByteSize.decimal(Double(family.ownSize))
    Swift.print(
      "\(first)\(names.isEmpty ? "<none>" : names)  \(image.id.short)  "
        + (first.isEmpty ? size : "+\(size)"))
    for (index, child) in family.children.enumerated() {
      let isLast = index == family.children.count - 1
      print(
        child, first: further + (isLast ? "└─ " : "├─ "),
        further: further + (isLast ? "   " : "│  "))
    }
  }
}
