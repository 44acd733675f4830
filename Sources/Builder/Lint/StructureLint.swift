import Support

/// What can be found in a Dockerfile without the values of variables.
enum StructureLint {
  static func findings(_ file: Dockerfile) -> [LintFinding] {
    var findings = file.emptyContinuations.map { line in
      LintFinding(
        rule: .noEmptyContinuation,
        message: Text("Empty continuation line", ko: "이어지는 줄 사이에 빈 줄이 있습니다"),
        range: SourceRange(line))
    }
    findings += casing(file)
    findings += stageNames(file)
    for argument in file.globalArguments { findings += description(argument) }
    for stage in file.stages {
      findings += from(stage)
      for instruction in stage.instructions {
        findings += description(instruction)
        if case .maintainer = instruction.kind {
          findings.append(
            LintFinding(
              rule: .maintainerDeprecated,
              message: Text(
                "Maintainer instruction is deprecated in favor of using label",
                ko: "MAINTAINER 대신 LABEL을 쓰세요"), range: instruction.range))
        }
      }
    }
    return findings
  }

  private static func casing(_ file: Dockerfile) -> [LintFinding] {
    let words = file.stages.flatMap { stage in
      [(stage.keyword, stage.range)] + stage.instructions.map { ($0.keyword, $0.range) }
    }
    let lower = words.count { $0.0 == $0.0.lowercased() }
    let upper = words.count { $0.0 == $0.0.uppercased() }
    let isLower = lower > upper
    return words.compactMap { word, range in
      guard word != (isLower ? word.lowercased() : word.uppercased()) else { return nil }
      let wanted = isLower ? "lowercase" : "uppercase"
      return LintFinding(
        rule: .consistentInstructionCasing,
        message: Text(
          "Command '\(word)' should match the case of the command majority (\(wanted))",
          ko: "'\(word)'도 다른 명령들처럼 \(isLower ? "소문자" : "대문자")로 쓰세요"), range: range)
    }
  }

  private static func stageNames(_ file: Dockerfile) -> [LintFinding] {
    var findings: [LintFinding] = []
    var seen: Set<String> = []
    for stage in file.stages {
      guard let name = stage.name else { continue }
      if ["scratch", "context"].contains(name) {
        findings.append(
          LintFinding(
            rule: .reservedStageName,
            message: Text(
              "Stage name should not use the same name as reserved stage \"\(name)\"",
              ko: "\"\(name)\"은(는) 다른 뜻으로 쓰이는 이름입니다"), range: stage.range))
      }
      if !seen.insert(name).inserted {
        findings.append(
          LintFinding(
            rule: .duplicateStageName,
            message: Text(
              "Duplicate stage name \"\(name)\", stage names should be unique",
              ko: "단계 이름 \"\(name)\"이(가) 두 번 나옵니다"), range: stage.range))
      }
    }
    return findings
  }

  private static func from(_ stage: Stage) -> [LintFinding] {
    guard let name = stage.name, let spelled = stage.spelledName, let word = stage.asKeyword else {
      return []
    }
    var findings: [LintFinding] = []
    if spelled != name {
      findings.append(
        LintFinding(
          rule: .stageNameCasing,
          message: Text(
            "Stage name '\(spelled)' should be lowercase", ko: "단계 이름 '\(spelled)'은(는) 소문자로 쓰세요"),
          range: stage.range))
    }
    let isLower = stage.keyword == stage.keyword.lowercased()
    let isUpper = stage.keyword == stage.keyword.uppercased()
    if isLower || isUpper, word != (isLower ? word.lowercased() : word.uppercased()) {
      findings.append(
        LintFinding(
          rule: .fromAsCasing,
          message: Text(
            "'\(word)' and '\(stage.keyword)' keywords' casing do not match",
            ko: "'\(word)'와 '\(stage.keyword)'의 대소문자가 다릅니다"), range: stage.range))
    }
    return findings + description("FROM", [name], stage.comments, stage.range)
  }

  private static func description(_ instruction: Instruction) -> [LintFinding] {
    guard case .argument(let arguments) = instruction.kind else { return [] }
    return description("ARG", arguments.map(\.name), instruction.comments, instruction.range)
  }

  private static func description(
    _ keyword: String, _ names: [String], _ comments: [String], _ range: SourceRange
  ) -> [LintFinding] {
    guard let comment = comments.last, let first = names.first else { return [] }
    if names.contains(comment.splitAtSpace.first) { return [] }
    let name = names.count > 1 ? "<arg_key>" : first
    return [
      LintFinding(
        rule: .invalidDefinitionDescription,
        message: Text(
          "Comment for \(keyword) should follow the format: `# \(name) <description>`",
          ko: "\(keyword)의 주석은 `# \(name) 설명` 꼴로 쓰세요"), range: range)
    ]
  }
}
