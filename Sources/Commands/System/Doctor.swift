import ArgumentParser
import Documents
import Engine
import Labs
import Support

/// `dklab doctor`: what this machine can do, what it lacks, what to install, which labs that touches.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine lacks, what to install, and which labs are affected")

  @Flag(help: "As JSON") var json = false

  func run() throws {
    // Steps into the user namespace, so that what is found is what containers will get.
    _ = try? Engine.open()
    let abilities = HostAbility.observeAll()
    let labs = AffectedLabs.load()
    if json { return print(object(abilities, labs).text(pretty: true)) }
    let facts = TerminalFacts.standardOutput
    for ability in abilities {
      let mark =
        switch ability.state {
        case .present: Style.green(Text("ok", ko: "있음")().padded(to: 7), on: facts)
        case .partial: Style.yellow(Text("partial", ko: "일부")().padded(to: 7), on: facts)
        case .missing: Style.red(Text("missing", ko: "없음")().padded(to: 7), on: facts)
        }
      print("\(mark)  \(ability.title()): \(ability.detail())")
      if let remedy = ability.remedy { print("         → \(remedy())") }
      let affected = labs.needing(ability.id)
      if ability.state == .missing && !affected.isEmpty {
        print(
          "         \(Text("labs affected", ko: "영향받는 실습")()): \(affected.joined(separator: ", "))")
      }
    }
    print("         \(APIProbe.standard().line())")
    let isUsable = !abilities.contains {
      $0.state == .missing && ["kernel", "privileges", "overlay"].contains($0.id)
    }
    print("")
    print(
      isUsable
        ? Text("containers can run here", ko: "이 컴퓨터에서 컨테이너를 실행할 수 있습니다")()
        : Text("containers cannot run here yet", ko: "아직 이 컴퓨터에서 컨테이너를 실행할 수 없습니다")())
    if !isUsable { throw ExitCode(1) }
  }

  private func object(_ abilities: [HostAbility], _ labs: AffectedLabs) -> JSONValue {
    .array(
      abilities.map { ability in
        .object([
          "id": .string(ability.id), "state": .string(ability.state.rawValue),
          "detail": .string(ability.detail(.en)),
          "remedy": ability.remedy.map { .string($0(.en)) } ?? .null,
          "labs": .array(labs.needing(ability.id).map { .string($0) }),
        ])
      })
  }
}

/// Which labs ask for which ability.
struct AffectedLabs {
  let needs: [(lab: String, needs: [String])]

  static func load() -> AffectedLabs {
    let found = (try? LabCatalog.labs()) ?? []
    return AffectedLabs(needs: found.map { ($0.id, $0.needs.map(\.rawValue)) })
  }

  func needing(_ ability: String) -> [String] {
    needs.filter { $0.needs.contains(ability) }.map(\.lab)
  }
}
