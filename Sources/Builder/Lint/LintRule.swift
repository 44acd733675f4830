import Support

/// What `build --check` and every build look at beside errors, under BuildKit's names.
package enum LintRule: String, Sendable, CaseIterable {
  case consistentInstructionCasing = "ConsistentInstructionCasing"
  case copyIgnoredFile = "CopyIgnoredFile"
  case duplicateStageName = "DuplicateStageName"
  case exposeInvalidFormat = "ExposeInvalidFormat"
  case exposeProtoCasing = "ExposeProtoCasing"
  case fromAsCasing = "FromAsCasing"
  case fromPlatformFlagConstDisallowed = "FromPlatformFlagConstDisallowed"
  case invalidBaseImagePlatform = "InvalidBaseImagePlatform"
  case invalidDefaultArgInFrom = "InvalidDefaultArgInFrom"
  case invalidDefinitionDescription = "InvalidDefinitionDescription"
  case jsonArgsRecommended = "JSONArgsRecommended"
  case legacyKeyValueFormat = "LegacyKeyValueFormat"
  case maintainerDeprecated = "MaintainerDeprecated"
  case multipleInstructionsDisallowed = "MultipleInstructionsDisallowed"
  case noEmptyContinuation = "NoEmptyContinuation"
  case redundantTargetPlatform = "RedundantTargetPlatform"
  case reservedStageName = "ReservedStageName"
  case secretsUsedInArgOrEnv = "SecretsUsedInArgOrEnv"
  case stageNameCasing = "StageNameCasing"
  case undefinedArgInFrom = "UndefinedArgInFrom"
  case undefinedVar = "UndefinedVar"
  case workdirRelativePath = "WorkdirRelativePath"

  /// Looked at only when `# check=experimental=` asks for it.
  package var isExperimental: Bool { self == .invalidDefinitionDescription }

  /// The line of the course notes that the rule corrects, as labs cite it.
  package var note: String? {
    switch self {
    case .maintainerDeprecated: "000:28"
    case .exposeInvalidFormat: "000:47"
    case .jsonArgsRecommended: "000:48"
    case .workdirRelativePath: "000:49"
    case .copyIgnoredFile: "000:50"
    case .multipleInstructionsDisallowed: "003:67"
    default: nil
    }
  }

  /// The rule in one sentence. The English ones say what BuildKit's say.
  package var summary: Text {
    switch self {
    case .consistentInstructionCasing:
      Text(
        "All commands within the Dockerfile should use the same casing (either upper or lower)",
        ko: "명령은 모두 대문자로, 또는 모두 소문자로 쓰세요")
    case .copyIgnoredFile:
      Text(
        "Attempting to Copy file that is excluded by .dockerignore",
        ko: ".dockerignore가 빼 놓은 파일은 복사할 수 없습니다")
    case .duplicateStageName:
      Text("Stage names should be unique", ko: "단계의 이름은 서로 달라야 합니다")
    case .exposeInvalidFormat:
      Text(
        "IP address and host-port mapping should not be used in EXPOSE instruction. "
          + "This will become an error in a future release",
        ko: "EXPOSE에는 컨테이너의 포트만 씁니다. 호스트 포트는 docker run -p의 일입니다")
    case .exposeProtoCasing:
      Text("Protocol in EXPOSE instruction should be lowercase", ko: "EXPOSE의 프로토콜은 소문자로 쓰세요")
    case .fromAsCasing:
      Text(
        "The 'as' keyword should match the case of the 'from' keyword",
        ko: "as와 from의 대소문자를 맞추세요")
    case .fromPlatformFlagConstDisallowed:
      Text(
        "FROM --platform flag should not use a constant value",
        ko: "FROM --platform에 값을 못박으면 다른 플랫폼에서 빌드할 수 없습니다")
    case .invalidBaseImagePlatform:
      Text(
        "Base image platform does not match expected target platform",
        ko: "베이스 이미지의 플랫폼이 빌드하려는 플랫폼과 다릅니다")
    case .invalidDefaultArgInFrom:
      Text(
        "Default value for global ARG results in an empty or invalid base image name",
        ko: "전역 ARG의 기본값으로는 베이스 이미지의 이름이 되지 않습니다")
    case .invalidDefinitionDescription:
      Text(
        "Comment for build stage or argument should follow the format: "
          + "`# <arg/stage name> <description>`. If this is not intended to be a description "
          + "comment, add an empty line or comment between the instruction and the comment.",
        ko: "단계나 ARG 바로 위의 주석은 `# 이름 설명` 꼴로 쓰세요. 설명이 아니라면 빈 주석 줄로 떼어 놓으세요")
    case .jsonArgsRecommended:
      Text(
        "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to "
          + "OS signals",
        ko: "ENTRYPOINT와 CMD는 JSON 꼴로 쓰세요. 셸 꼴이면 셸이 PID 1이 되어 시그널을 전달하지 않습니다")
    default: moreSummary
    }
  }

  private var moreSummary: Text {
    switch self {
    case .legacyKeyValueFormat:
      Text(
        "Legacy key/value format with whitespace separator should not be used",
        ko: "ENV와 LABEL은 빈칸이 아니라 = 로 이름과 값을 나누세요")
    case .maintainerDeprecated:
      Text(
        "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
        ko: "MAINTAINER는 더 이상 쓰지 않습니다. LABEL org.opencontainers.image.authors를 쓰세요")
    case .multipleInstructionsDisallowed:
      Text(
        "Multiple instructions of the same type should not be used in the same stage",
        ko: "한 단계에 여러 번 써도 마지막 것만 쓰이는 명령입니다")
    case .noEmptyContinuation:
      Text(
        "Empty continuation lines will become errors in a future release",
        ko: "이어지는 줄 사이의 빈 줄은 앞으로 오류가 됩니다")
    case .redundantTargetPlatform:
      Text(
        "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the "
          + "default behavior",
        ko: "FROM의 플랫폼은 본디 $TARGETPLATFORM이므로 쓸 필요가 없습니다")
    case .reservedStageName:
      Text(
        "Reserved words should not be used as stage names", ko: "scratch와 context는 단계의 이름으로 쓰지 마세요"
      )
    case .secretsUsedInArgOrEnv:
      Text(
        "Sensitive data should not be used in the ARG or ENV commands",
        ko: "비밀을 ARG나 ENV에 넣으면 이미지의 기록에 남습니다. RUN --mount=type=secret을 쓰세요")
    case .stageNameCasing:
      Text("Stage names should be lowercase", ko: "단계의 이름은 소문자로 쓰세요")
    case .undefinedArgInFrom:
      Text("FROM command must use declared ARGs", ko: "FROM에는 그 앞에서 선언한 ARG만 쓸 수 있습니다")
    case .undefinedVar:
      Text("Variables should be defined before their use", ko: "변수는 쓰기 전에 정의해야 합니다")
    default:
      Text(
        "Relative workdir without an absolute workdir declared within the build can have "
          + "unexpected results if the base image changes",
        ko: "절대 경로 WORKDIR 없이 상대 경로를 쓰면 베이스 이미지가 바뀔 때 뜻밖의 곳이 됩니다")
    }
  }
}

/// One thing a rule found.
package struct LintFinding: Sendable, Hashable {
  package var rule: LintRule
  package var message: Text
  package var range: SourceRange

  /// As BuildKit prints it: `- MaintainerDeprecated: … (line 2)`.
  package func line(_ language: Language = .current) -> String {
    " - \(rule.rawValue): \(message(language)) (line \(range.first))"
  }
}

/// Which rules are looked at, and what a finding does: `# check=skip=A,B;error=true`.
package struct LintConfiguration: Sendable, Hashable {
  package var skipped: Set<String> = []
  package var skipsAll = false
  package var experimental: Set<String> = []
  package var experimentalAll = false
  /// A finding fails the build.
  package var isError = false

  /// Everything, as warnings.
  package init() {}

  /// Reads the value of the directive.
  package init(parsing text: String) throws {
    for part in text.split(separator: ";") {
      let name = part.prefix { $0 != "=" }.trimmedWord
      let value = part.contains("=") ? part.dropFirst(part.prefix { $0 != "=" }.count + 1) : ""
      let list = value.split(separator: ",").map(\.trimmedWord)
      switch name {
      case "skip":
        skipsAll = skipsAll || list.contains("all")
        skipped.formUnion(list.map { $0.lowercased() })
      case "experimental":
        experimentalAll = experimentalAll || list.contains("all")
        experimental.formUnion(list.map { $0.lowercased() })
      case "error":
        guard let flag = Bool(value.trimmedWord.lowercased()) else {
          throw DockerfileError(
            Text(
              "failed to parse check option \"error\": \(value)",
              ko: "check의 error에는 true나 false를 쓰세요"
            ))
        }
        isError = flag
      default:
        throw DockerfileError(
          Text("invalid check option \"\(name)\"", ko: "check에 쓸 수 없는 이름입니다: \"\(name)\""),
          hint: Text(
            "accepted: skip, experimental, error", ko: "쓸 수 있는 것: skip, experimental, error"))
      }
    }
  }

  /// Whether findings of `rule` count.
  package func includes(_ rule: LintRule) -> Bool {
    let name = rule.rawValue.lowercased()
    if skipsAll || skipped.contains(name) { return false }
    return !rule.isExperimental || experimentalAll || experimental.contains(name)
  }
}

extension StringProtocol {
  fileprivate var trimmedWord: String { String(self).trimmed }
}
