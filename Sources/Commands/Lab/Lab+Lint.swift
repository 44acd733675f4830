import ArgumentParser
import Documents
import Labs
import Linux
import Support

extension LabCommand {
  /// `dklab lab lint`
  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lint", abstract: "Hold labs to the format, with file, line and column",
      discussion: "Everything that is wrong is told at once. Exit status: 0 when nothing refuses a "
        + "lab (there may be warnings), 1 otherwise.")

    /// How the findings are told.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "How findings are told: text, or json for programs") var format = Format.text
    @Flag(help: "Accept the translation as it stands: store the hashes of the English") var accept =
      false
    @Flag(help: "Print the hashes of all texts") var hashes = false
    @Argument(help: "Lab folders; all labs when none is given") var folders: [String] = []

    func run() throws {
      let chosen = try LabCatalog.chosen(folders)
      var found: [Diagnostic] = []
      for folder in chosen {
        do {
          if accept { try acceptTranslation(folder) }
          let result = try Linter.lint(folder: folder, thoroughly: true)
          if hashes, let lab = result.lab {
            for text in TranslatableTexts.hashes(of: lab) { print("\(text.id): \(text.hash)") }
          }
          found += result.diagnostics
        } catch {
          found.append(Diagnostic(error, at: SourceLocation(file: folder)))
        }
      }
      let errors = found.filter { $0.severity == .error }.count
      switch format {
      case .text: tell(found, errors: errors, labs: chosen.count)
      case .json: print(json(found, errors: errors).text(pretty: true))
      }
      if errors > 0 { throw ExitCode(1) }
    }

    private func tell(_ found: [Diagnostic], errors: Int, labs: Int) {
      for diagnostic in found { printLines(diagnostic.lines(facts: .standardOutput)) }
      let warnings = found.count - errors
      guard !found.isEmpty else { return }
      let text = Text(
        "\(errors) \(errors == 1 ? "error" : "errors"), "
          + "\(warnings) \(warnings == 1 ? "warning" : "warnings")",
        ko: "오류 \(errors)개, 경고 \(warnings)개")
      ProgressLine.writeToStandardError(text() + "\n")
    }

    private func json(_ found: [Diagnostic], errors: Int) -> JSONValue {
      [
        "errors": .integer(Int64(errors)), "warnings": .integer(Int64(found.count - errors)),
        "diagnostics": .array(found.map(\.json)),
      ]
    }

    private func acceptTranslation(_ folder: String) throws {
      guard let lab = try Linter.lint(folder: folder).lab, lab.languages.count > 1 else { return }
      let path = folder + "/lab.ko.md"
      let text = try File.text(path)
      try File.replace(path, try AcceptTranslation.accepted(text, for: lab, file: path))
    }
  }

  /// `dklab lab schema`
  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "schema", abstract: "Print the lab format as a JSON Schema",
      discussion: "Parts: \(LabSchema.parts.joined(separator: ", ")).")

    @Argument(help: "The part at the root; the front matter when none is given")
    var part = LabSchema.parts[0]

    func validate() throws {
      guard !LabSchema.parts.contains(part) else { return }
      throw DklabError(
        .invalid, id: "lab.unknown-value", Text("no part `\(part)`", ko: "`\(part)`이라는 부분은 없습니다"),
        hint: Text(
          "known: \(LabSchema.parts.joined(separator: ", "))",
          ko: "쓸 수 있는 것: \(LabSchema.parts.joined(separator: ", "))"))
    }

    func run() {
      print(LabSchema.document(part).text(pretty: true))
    }
  }
}
