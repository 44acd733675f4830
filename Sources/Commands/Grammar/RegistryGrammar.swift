/// The flags of the verbs that talk to registries.
enum RegistryGrammar {
  static let verbs: [VerbGrammar] = [
    VerbGrammar(
      "pull", "[OPTIONS] NAME[:TAG|@DIGEST]", 1...1,
      ["a all-tags", "disable-content-trust+", "platform=", "q quiet"]),
    VerbGrammar(
      "push", "[OPTIONS] NAME[:TAG]", 1...1,
      ["a all-tags", "disable-content-trust+", "platform=", "q quiet"]),
    VerbGrammar(
      "login", "[OPTIONS] [SERVER]", 0...1, ["p password=", "password-stdin", "u username="]),
    VerbGrammar("logout", "[SERVER]", 0...1, []),
    VerbGrammar(
      "manifest inspect", "[OPTIONS] [MANIFEST_LIST] MANIFEST", 1...2,
      ["insecure", "v verbose"]),
  ]
}
