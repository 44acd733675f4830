import Linux
import Testing

@testable import Labs

@Suite("The labs that are shipped")
struct ShippedLabsTests {
  static let labs =
    ((try? Directory.list(root + "/Labs")) ?? []).filter {
      File.exists("\(root)/Labs/\($0)/lab.md")
    }

  static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  @Test("follow the format, in both languages", arguments: labs)
  func clean(_ lab: String) throws {
    let result = try Linter.lint(folder: "\(Self.root)/Labs/\(lab)")
    #expect(result.diagnostics.map { $0.text(.en) } == [])
  }

  @Test("ask for the same with the values of twenty seeds", arguments: labs)
  func seeds(_ name: String) throws {
    let lab = try #require(try Linter.lint(folder: "\(Self.root)/Labs/\(name)").lab)
    var tokens: Set<String> = []
    for seed in UInt64(0)..<20 {
      let values = try Variables(lab.variables, seed: seed, kernel: "6.1.0")
      let token = try #require(values["token"])
      tokens.insert(token)
      #expect(token.count == 8 && token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
      for variable in lab.variables {
        let value = try #require(values[variable.name])
        switch variable.source {
        case .port(let range), .number(let range):
          #expect(Int(value).map(range.contains) == true, "\(variable.name) is \(value)")
        case .choice(let choices): #expect(choices.contains(value))
        case .constant(let constant): #expect(value == constant)
        case .token(let length): #expect(value.count == length)
        case .name(let prefix):
          #expect(value.hasPrefix(prefix + "-") && value.count == prefix.count + 4)
        }
      }
      let ports = lab.variables.filter(\.isPort).compactMap { values[$0.name] }
      #expect(Set(ports).count == ports.count, "two ports are the same")
      for step in lab.steps {
        // Every check can be made of the values, and every line is a line without holes.
        #expect(try step.checks(values).count == step.checkIDs.count, "\(step.id)")
        let scripts = step.setup + step.solution + step.undo + step.alternatives.map(\.script)
        for script in scripts + step.wrongs.map(\.script) {
          let filled = values.fillExactly(script.text)
          for variable in lab.variables {
            #expect(!filled.contains("{{\(variable.name)}}"), "\(step.id): \(filled)")
          }
          #expect(!filled.contains("{{token}}"), "\(step.id): \(filled)")
        }
      }
    }
    #expect(tokens.count == 20)
  }

  @Test("are there")
  func some() {
    #expect(Self.labs.count >= 3)
  }
}
