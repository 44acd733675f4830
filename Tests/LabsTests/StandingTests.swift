import Support
import Testing

@testable import Labs

@Suite("What counts in a grade")
struct StandingTests {
  private static let text = """
    ---
    format: 1
    id: two
    title: Two steps
    summary: Two steps.
    minutes: 5
    languages: [en]
    ---
    Intro.

    ## Make it {#make}

    ```bash
    docker create --name box ubuntu
    ```

    ```check
    - container.exists: box
    ```

    ## Take it away {#take after=make}

    ```bash
    docker rm box
    ```

    ```check
    - id: gone
      container.absent: box
    - id: said
      file.exists: note
    ```

    ```quiz why
    ask: Why?
    choices: {a: A, b: B}
    answer: a
    ```

    """

  private func checks(_ verdicts: [String: GradedCheck.Verdict]) -> [GradedCheck] {
    ["make/container.exists", "take/gone", "take/said", "take/why"].map { name in
      let parts = name.split(separator: "/").map(String.init)
      return GradedCheck(
        step: parts[0], check: parts[1], verdict: verdicts[name] ?? .fail,
        sentence: Text(name, ko: name), causes: [], isHidden: false, holdsAtEnd: false)
    }
  }

  private func passing(_ names: String...) throws -> [String] {
    let lab = try #require(LabReader.read(Self.text, file: "lab.md").0)
    let given = checks(
      Dictionary(uniqueKeysWithValues: names.map { ($0, GradedCheck.Verdict.pass) }))
    return SubmissionGrader.standing(given, lab).filter { $0.verdict == .pass }.map(\.name)
  }

  @Test("not what is true of something that never was")
  func nothing() throws {
    #expect(try passing("take/gone") == [])
  }

  @Test("what stands on work that was done")
  func done() throws {
    #expect(
      try passing("make/container.exists", "take/gone") == ["make/container.exists", "take/gone"])
  }

  @Test("a whole step, whatever came before, and every question by itself")
  func whole() throws {
    #expect(
      try passing("take/gone", "take/said", "take/why") == ["take/gone", "take/said", "take/why"])
    #expect(try passing("take/gone", "take/why") == ["take/why"])
  }
}
