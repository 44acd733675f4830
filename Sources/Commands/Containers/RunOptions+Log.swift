import Support

extension RunOptions {
  /// `--log-opt KEY=VALUE`; nil without one.
  func logOptions() throws -> [String: String]? {
    if logOpt.isEmpty { return nil }
    if logDriver == "none" {
      throw DklabError(
        .invalid, id: "run.log",
        Text(
          "invalid logging opts for driver none", ko: "none 로그 드라이버에는 --log-opt를 쓸 수 없습니다"),
        exitStatus: 125)
    }
    var options: [String: String] = [:]
    for text in logOpt {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      options[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    return options
  }
}
