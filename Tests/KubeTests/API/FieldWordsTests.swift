import Documents
import Testing

@testable import Kube

@Suite("The words of explain")
struct FieldWordsTests {
  @Test("are all about messages and fields that there are")
  func known() {
    #expect(FieldWords.words.count > 150)
    for key in FieldWords.words.keys.sorted() {
      let parts = key.split(separator: ".").map(String.init)
      let hasPackage = parts[0].first?.isLowercase == true
      let name = hasPackage ? parts[0...1].joined(separator: ".") : "core.\(parts[0])"
      let message = Schema.builtIn.messages[name]
      #expect(message != nil, "no message \(name)")
      let rest = parts.dropFirst(hasPackage ? 2 : 1)
      if let field = rest.first { #expect(message?.field(field) != nil, "no field \(key)") }
    }
  }
}
