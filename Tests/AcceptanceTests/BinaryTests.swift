import Testing

@Suite("The binary")
struct BinaryTests {
  @Test(
    "brings neither Foundation nor ICU along, which every start of every process would pay for",
    arguments: ["libFoundation.so", "lib_FoundationICU.so", "libFoundationInternationalization.so"])
  func shared(_ library: String) {
    #expect(count(library) == "0")
    #expect(count("dklab:monitor") != "0", "the search finds what is there")
  }

  @Test("nor inside itself, where it is linked statically")
  func tables() {
    // What ICU calls its tables of the world's languages.
    #expect(count("icudt") == "0")
  }

  private func count(_ text: String) -> String {
    Sandbox.run(["-caF", text, Sandbox.binary], program: "/bin/grep", environment: [:]).text
  }
}
