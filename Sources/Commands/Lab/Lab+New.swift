import ArgumentParser
import Labs
import Support

extension LabCommand {
  /// `dklab lab new FOLDER`
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new", abstract: "Write a lab to begin with, one that passes `lab test`")

    @Option(help: "The lab's id; the folder's name when not given") var id: String?
    @Option(help: "Its languages: en, ko, or both")
    var lang = "both"
    @Argument(help: "The folder; made when there is none", completion: .directory)
    var folder: String

    func run() throws {
      let languages: [Language]
      switch lang {
      case "both": languages = Language.allCases
      default:
        guard let language = Language(rawValue: lang) else {
          throw DklabError(
            .invalid, id: "lab.unknown-value",
            Text("no language `\(lang)`", ko: "`\(lang)`이라는 언어는 없습니다"),
            hint: Text("known: en, ko, both", ko: "쓸 수 있는 것: en, ko, both"))
        }
        languages = [language]
      }
      printLines(try LabTemplate.write(id: id, into: folder, languages: languages))
    }
  }

  /// `dklab lab bundle FOLDER… -o labs.dklab`
  struct Bundle: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "bundle", abstract: "Put labs into one file, to hand them on",
      discussion: "The same labs give the same file. `dklab lab start labs.dklab#ID` starts one of "
        + "them; DKLAB_LABS may name bundles as well as folders.")

    @Option(name: .shortAndLong, help: "The file to write", completion: .file())
    var output: String
    @Argument(help: "Lab folders; all labs when none is given") var folders: [String] = []

    func run() throws {
      guard output.hasSuffix(LabBundle.ending) else {
        throw DklabError(
          .invalid, id: "lab.bundle-name",
          Text(
            "the name of a bundle ends in \(LabBundle.ending)",
            ko: "묶음 파일의 이름은 \(LabBundle.ending)(으)로 끝나야 합니다"))
      }
      printLines(try LabBundle.write(try LabCatalog.chosen(folders), to: output))
    }
  }
}
