import Builder
import Documents
import Glibc
import Images
import Linux
import Registry
import Support

/// One parser, with something to begin with.
struct FuzzTarget: Sendable {
  let name: String
  let seeds: [[UInt8]]
  /// What the parser looks for.
  let words: [String]
  /// Reads `input`; whether it was accepted. Throws for input that is refused.
  let read: @Sendable ([UInt8]) throws -> Void

  init(
    _ name: String, seeds: [[UInt8]], words: [String] = [],
    _ read: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.words = words
    self.read = read
  }

  /// Reads `input`. Whether it was accepted.
  @discardableResult
  func run(_ input: [UInt8]) -> Bool {
    do {
      try read(input)
      return true
    } catch {
      return false
    }
  }

  static let all = [dockerfile, dockerignore, tar, layer, manifest, reference, json, http]

  private static func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  /// The files of the golden cases, when this runs in the project's folder.
  private static func fixtures(_ folder: String, _ name: String) -> [[UInt8]] {
    ((try? Directory.list(folder)) ?? []).compactMap { try? File.read("\(folder)/\($0)/\(name)") }
  }

  private static let dockerfile = FuzzTarget(
    "dockerfile",
    seeds: texts(
      "# syntax=x\n# escape=`\nFROM a AS b\nRUN <<EOF\nx\nEOF\n",
      "ARG V=1\nFROM --platform=$V x:${V:-2}\nENV A=\"b c\" D\\ =e\nCOPY --from=0 --chown=1:2 a b/\n",
      "FROM x\nHEALTHCHECK --interval=1m CMD [\"a\", \"b\"]\nONBUILD ADD --checksum=sha256:0 u v\n")
      + fixtures("Tests/BuilderTests/Fixtures/dockerfiles", "Dockerfile"),
    words: [
      "\nFROM ", "\nRUN ", "--mount=type=cache,target=/x", "<<-EOF\n", "\\\n", "${A:-", "${A##*",
      "}",
      "[\"", "\"]", "\nONBUILD ", "# escape=`\n", "--chown=", "\nEOF\n", "HEALTHCHECK ", "$$",
    ]
  ) { input in
    _ = try Dockerfile(parsing: String(decoding: input, as: UTF8.self))
  }

  private static let dockerignore = FuzzTarget(
    "dockerignore",
    seeds: texts("*\n!a/**/b\n", "# x\n\\!a\n[a-z]?*/../c//d/\n", "**/*.go\n!**/x[^0-9]\\*\n"),
    words: ["**", "/", "!", "[", "]", "[^", "\\", "..", "*", "?", "\n"]
  ) { input in
    let file = try IgnoreFile(parsing: String(decoding: input, as: UTF8.self))
    for path in ["a", "a/b/c.go", "x/../y", String(repeating: "ab/", count: 30) + "c"] {
      _ = file.ignores(path)
    }
  }

  private static let tar = FuzzTarget(
    "tar", seeds: archives, words: ["ustar\u{0}00", "path=", "linkpath=", "size=", "GNU.sparse."]
  ) { input in
    let reader = TarReader(MemorySource(input), archive: "fuzz.tar", needsEndMark: false)
    while try reader.next() != nil { _ = try reader.readContent(limit: 1 << 20) }
  }

  /// Unpacks into a directory of its own; whatever comes of it must not be outside of that.
  private static let layer = FuzzTarget(
    "layer", seeds: archives, words: ["../", "/", ".wh.", ".wh..wh..opq", "a", "b/", "./"]
  ) { input in
    var template = Array("/tmp/dklab-fuzz-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SyscallError("mkdtemp", "/tmp") }
    let jail = String(cString: made)
    defer { try? Directory.removeTree(jail) }
    try Directory.make(jail + "/in")
    let reader = TarReader(MemorySource(input), archive: "fuzz.tar", needsEndMark: false)
    defer {
      guard (try? Directory.list(jail)) == ["in"] else { stop("a member left its directory", 4) }
    }
    var limits = UnpackLimits()
    limits.bytes = 1 << 20
    limits.entries = 1000
    _ = try LayerUnpacker(into: jail + "/in", archive: "fuzz.tar", limits: limits).unpack(reader)
  }

  private static let manifest = FuzzTarget(
    "manifest",
    seeds: texts(
      """
      {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":\
      {"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":\
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":\
      [{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":9,"digest":\
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}
      """,
      """
      {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":\
      [{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":9,"platform":\
      {"architecture":"amd64","os":"linux"},"digest":\
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}
      """,
      """
      {"architecture":"amd64","os":"linux","config":{"Env":["A=b"],"Cmd":["x"],"ExposedPorts":\
      {"80/tcp":{}},"Healthcheck":{"Test":["CMD","y"],"Interval":1}},"rootfs":{"type":"layers",\
      "diff_ids":["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"]},\
      "history":[{"created":"2024-01-01T00:00:00Z","empty_layer":true}]}
      """),
    words: [
      "null", "{}", "[]", "-1", "1e400", "99999999999999999999", "\"mediaType\":", "\"manifests\":",
      "\"size\":", "\"digest\":", "\\ud800", "\"config\":", "\"layers\":", "\"\"",
    ]
  ) { input in
    let document = try? ManifestDocument(parsing: input, mediaType: nil, what: "fuzz")
    switch document {
    case .image(let manifest): try manifest.checkIsImage("fuzz")
    case .index(let index): _ = index.choice(for: .current)
    case nil: _ = try JSONValue.parse(input, file: "fuzz").decode(as: ImageConfig.self)
    }
  }

  private static let reference = FuzzTarget(
    "reference",
    seeds: texts(
      "ubuntu", "localhost:5000/me/app:1.2",
      "[::1]:5000/a/b__c-d.e@sha256:"
        + String(repeating: "0", count: 64), "docker.io/library/x:latest"),
    words: ["/", ":", "@", "sha256:", "..", "__", "--", "[", "]", ".", "localhost", "A"]
  ) { input in
    let reference = try Reference(String(decoding: input, as: UTF8.self))
    // What is printed means the same again.
    guard try Reference(reference.familiar) == reference,
      try Reference(reference.description) == reference
    else { stop("\(reference) does not survive being printed", 4) }
  }

  private static let json = FuzzTarget(
    "json", seeds: texts(#"{"a":[1,2.5e3,"x\u00e9\n",null,true],"b":{}}"#, "[[[[]]]]", "-0.0"),
    words: ["\\u", "e-", "{", "[", "\"", "\\ud83d\\ude00", "1e999", "\u{FEFF}"]
  ) { input in
    // 2.5e3 is a number and 2500 an integer: what counts is that they are written alike.
    let written = try JSONValue.parse(input, file: "fuzz").bytes()
    guard try JSONValue.parse(written, file: "again").bytes() == written else {
      stop("a JSON value does not survive being written", 4)
    }
  }

  /// Archives as they are, with members of every kind.
  private static let archives: [[UInt8]] = {
    final class Memory: ByteSink {
      var bytes: [UInt8] = []
      func write(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
    }
    func archive(_ entries: [(TarEntry, [UInt8])]) -> [UInt8] {
      let memory = Memory()
      let writer = TarWriter(memory)
      for (entry, content) in entries { try? writer.add(entry, content: content) }
      try? writer.finish()
      return memory.bytes
    }
    var attributed = TarEntry(String(repeating: "n", count: 150), .file, mode: 0o644)
    attributed.attributes = [.init(name: "user.a", value: [1, 2])]
    return [
      archive([
        (TarEntry("a", .directory, mode: 0o755), []),
        (TarEntry("a/b", .file, mode: 0o644), [1, 2]),
        (TarEntry("c", .symbolicLink(target: "a/b"), mode: 0o777), []),
        (TarEntry("d", .hardLink(target: "a/b"), mode: 0o644), []),
      ]),
      archive([(attributed, [3]), (TarEntry("a/.wh.b", .file, mode: 0o644), [])]),
      archive([
        (TarEntry("f", .fifo, mode: 0o600), []),
        (TarEntry("l", .symbolicLink(target: "."), mode: 0o777), []),
        (TarEntry("l/x", .file, mode: 0o600), Array(repeating: 7, count: 700)),
      ]),
    ]
  }()
}
