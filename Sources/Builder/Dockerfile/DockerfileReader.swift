import Support

extension Dockerfile {
  /// The instructions Dockerfiles have.
  package static let keywords = [
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
    "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
  ]

  /// Reads the text of a Dockerfile; `name` is what messages call it. Nothing is expanded yet.
  ///
  /// Throws `DockerfileError` with the lines it is about.
  package init(parsing source: String, name: String = "Dockerfile") throws {
    self.name = name
    self.source = source
    var reader = try LineReader(source)
    let lines = try reader.read()
    directives = reader.directives
    emptyContinuations = lines.compactMap(\.emptyContinuation)
    globalArguments = []
    stages = []
    for line in lines {
      do {
        try add(line)
      } catch let error as DockerfileError {
        throw error.at(line.range)
      }
    }
    guard !stages.isEmpty else {
      throw DockerfileError(
        Text("file contains no build stages", ko: "FROM이 없습니다"),
        hint: Text("begin with FROM IMAGE", ko: "FROM 이미지 로 시작하세요"),
        at: lines.last?.range, isSyntax: false)
    }
  }

  private mutating func add(_ line: LogicalLine) throws {
    let text = InstructionText(line.text, directives)
    if text.keyword.uppercased() == "FROM" {
      return stages.append(try InstructionReader(text, line).stage())
    }
    let instruction = try InstructionReader(text, line).instruction()
    if stages.isEmpty {
      guard case .argument = instruction.kind else {
        throw DockerfileError(
          Text("no build stage in current context", ko: "아직 빌드 단계가 없습니다"),
          hint: Text(
            "FROM comes first; only ARG may stand before it",
            ko: "FROM이 먼저 와야 합니다. 그 앞에는 ARG만 쓸 수 있습니다"
          ))
      }
      globalArguments.append(instruction)
    } else {
      stages[stages.count - 1].instructions.append(instruction)
    }
  }

  /// Reads one instruction that an image carries for those built from it (ONBUILD).
  package static func trigger(_ text: String, directives: Directives) throws -> Instruction {
    var reader = try LineReader(text)
    guard let line = try reader.read().first else { preconditionFailure("no line without error") }
    return try InstructionReader(InstructionText(line.text, directives), line).instruction()
  }
}
