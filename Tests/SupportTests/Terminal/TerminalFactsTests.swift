import Testing

@testable import Support

struct TerminalFactsTests {
  private func facts(
    terminal: Bool = true, columns: Int? = 120, _ environment: [String: String] = [:]
  ) -> TerminalFacts {
    TerminalFacts(isTerminal: terminal, windowColumns: columns) { environment[$0] }
  }

  @Test("a terminal has colours and redraws, a pipe neither")
  func kinds() {
    #expect(facts(["TERM": "xterm"]).hasColor && facts().redraws && facts().columns == 120)
    #expect(!facts(terminal: false).hasColor && !facts(terminal: false).redraws)
  }

  @Test("NO_COLOR takes colours only, TERM=dumb and DKLAB_ACCESSIBLE take redrawing too")
  func wishes() {
    #expect(!facts(["NO_COLOR": "1"]).hasColor && facts(["NO_COLOR": "1"]).redraws)
    #expect(facts(["NO_COLOR": ""]).hasColor)
    for environment in [["TERM": "dumb"], ["DKLAB_ACCESSIBLE": "1"]] {
      #expect(!facts(environment).hasColor && !facts(environment).redraws)
    }
  }

  @Test("the kernel's width comes before COLUMNS, and 80 is the last resort")
  func columns() {
    #expect(facts(["COLUMNS": "40"]).columns == 120)
    #expect(facts(columns: nil, ["COLUMNS": "40"]).columns == 40)
    #expect(
      facts(columns: nil, ["COLUMNS": "x"]).columns == 80 && facts(columns: nil).columns == 80)
  }

  @Test("styles vanish where colours are not wanted, and combine where they are")
  func styles() {
    let color = TerminalFacts(isTerminal: true, hasColor: true)
    #expect((Style.bold + .red)("x", on: color) == "\u{1B}[1;31mx\u{1B}[0m")
    #expect(Style.red("x", on: .plain) == "x" && Style.plain("x", on: color) == "x")
    #expect(Style.red("", on: color) == "")
  }
}
