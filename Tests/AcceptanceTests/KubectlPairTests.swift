import Documents
import Linux
import Testing

/// `dklab kubectl` beside the genuine one, on one cluster, each in a namespace of its own.
@Suite(
  "kubectl, genuine and ours",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubectlPairTests {
  private static let fixtures =
    String(#filePath.dropLast("KubectlPairTests.swift".count)) + "Fixtures/kubectl"
  private static let namespaces = ["pair-one", "pair-two"]

  private struct Run {
    var output: String
    var errors: String
    var status: Int32
  }

  @Test("say the same and end the same, line by line of a session")
  func session() throws {
    try Sandbox.images.get()
    let name = "t\(UInt32.random(in: 0 ... .max))"
    let home = "/tmp/dklab-pair-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(home)
    let environment = [
      "DKLAB_ROOT": Sandbox.root, "DKLAB_LANG": "en", "HOME": home, "DKLAB_UPLINK": "none",
      "KUBECONFIG": "\(home)/config", "TZ": "UTC",
    ]
    func dklab(_ words: [String]) -> Sandbox.Output {
      Sandbox.run(words, environment: environment, seconds: 120)
    }
    let up = dklab(["kube", "up", "--name", name])
    defer {
      let down = dklab(["kube", "down", "--name", name])
      #expect(down.status == 0, "\(down)")
      try? Directory.removeTree(home)
    }
    try #require(up.status == 0, "\(up)")
    let genuine = try #require(HostProgram("kubectl")).path
    for namespace in Self.namespaces {
      let made = dklab(["kubectl", "create", "namespace", namespace])
      #expect(made.status == 0, "\(made)")
    }
    func run(_ index: Int, _ line: Substring) -> Run {
      let namespace = Self.namespaces[index]
      let words = ["-n", namespace] + Self.words(line, namespace)
      let result = Sandbox.run(
        index == 0 ? words : ["kubectl"] + words, program: index == 0 ? genuine : Sandbox.binary,
        environment: environment, seconds: 180)
      return Run(
        output: KubectlMask.apply(result.output, namespace),
        errors: KubectlMask.apply(result.errors, namespace), status: result.status)
    }
    var count = 0
    for line in try File.text("\(Self.fixtures)/pair").split(separator: "\n") {
      guard line.hasPrefix("$") else { continue }
      let mark = line.dropFirst().first
      let command = line.drop { $0 != " " }.dropFirst()
      var (one, other) = (run(0, command), run(1, command))
      if mark == "~" {
        one.output = Self.last(one.output)
        other.output = Self.last(other.output)
      }
      // The genuine one goes through a map: its lines have another order each time.
      if mark == "%" {
        one.output = Self.sorted(one.output)
        other.output = Self.sorted(other.output)
      }
      #expect(one.status == other.status, "kubectl \(command)\n\(one)\n\(other)")
      count += 1
      if mark == "?" { continue }
      #expect(
        one.output == other.output,
        "kubectl \(command)\n--- genuine\n\(one.output)--- ours\n\(other.output)")
      #expect(
        one.errors == other.errors,
        "kubectl \(command)\n--- genuine\n\(one.errors)--- ours\n\(other.errors)")
    }
    #expect(count >= 120)
  }

  private static func sorted(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).sorted().joined(separator: "\n")
  }

  /// Words of a line; a backslash keeps the space behind it.
  private static func words(_ line: Substring, _ namespace: String) -> [String] {
    line.replacing("\\ ", with: "\u{1}").split(separator: " ").map {
      String($0).replacing("\u{1}", with: " ").replacing("FIXTURES", with: fixtures)
        .replacing("NAMESPACE", with: namespace)
    }
  }

  private static func last(_ text: String) -> String {
    text.split(separator: "\n").last.map(String.init) ?? ""
  }
}

/// Replaces what cannot be the same twice: names of namespaces, ids, addresses, ages, times.
enum KubectlMask {
  private nonisolated(unsafe) static let rules: [(Regex<AnyRegexOutput>, String)] = {
    let texts: [(String, String)] = [
      // The client that is installed here puts a capital letter before errors about flags.
      ("(?m)^Error: ", "error: "),
      ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
      ("\\d{1,3}(\\.\\d{1,3}){3}(/\\d+)?", "ADDRESS"),
      ("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME"),
      (
        "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}",
        "TIME"
      ),
      ("resourceVersion\"?: \"\\d+\"", "resourceVersion: N"),
      ("\\b(web|once|now|tick|box)-[0-9a-z]{5,10}(-[0-9a-z]{5})?\\b", "NAME-HASH"),
      ("pod-template-hash=[0-9a-z]+", "pod-template-hash=HASH"),
      ("[a-z-]+://[0-9a-f]{64}", "CONTAINER"), ("sha256:[0-9a-f]+", "DIGEST"),
      ("kube-api-access-[0-9a-z]{5}", "kube-api-access-X"),
      ("\\b(\\d+[smhdy]){1,2}\\b|<invalid>|<unknown>", "AGE"), ("\\(x\\d+ over AGE\\)", ""),
      ("\\b3\\d{4}\\b", "PORT"), ("[ \\t]+", " "), ("-{3,}", "---"), ("(?m) +$", ""),
    ]
    return texts.compactMap { pattern, word in (try? Regex(pattern)).map { ($0, word) } }
  }()

  static func apply(_ text: String, _ namespace: String) -> String {
    rules.reduce(text.replacing(namespace, with: "NAMESPACE")) { text, rule in
      text.replacing(rule.0, with: rule.1)
    }
  }
}
