import Support

/// `--security-opt`: checked here, carried out by the engine.
package enum SecurityOption {
  /// One value in the form the engine and `docker inspect` keep: `no-new-privileges`,
  /// `seccomp=unconfined`, `seccomp=JSON` for a profile file, `apparmor=…`, `label=…`.
  package static func parse(_ text: String) throws -> String {
    // `key:value` is docker's old spelling.
    let separator = text.firstIndex { $0 == "=" || $0 == ":" }
    let key = String(separator.map { text[..<$0] } ?? text[...])
    let value = separator.map { String(text[text.index(after: $0)...]) }
    switch (key, value) {
    case ("no-new-privileges", nil): return "no-new-privileges"
    case ("no-new-privileges", let flag?):
      guard let on = GoValue.bool(flag) else { throw invalid(text) }
      return on ? "no-new-privileges" : "no-new-privileges=false"
    case ("seccomp", "unconfined"?), ("seccomp", "builtin"?): return "seccomp=\(value ?? "")"
    case ("seccomp", let path?):
      do {
        let profile = try EnvironmentOption.readFile(path)
        return "seccomp=" + String(decoding: profile, as: UTF8.self)
      } catch let error as DklabError {
        throw DklabError(
          error.code, id: error.id,
          Text(
            "opening seccomp profile (\(path)) failed: \(error.message.en)",
            ko: "seccomp 프로필(\(path))을 열 수 없습니다: \(error.message.ko)"))
      }
    case ("apparmor", let profile?): return "apparmor=\(profile)"
    case ("label", let label?): return "label=\(label)"
    case ("systempaths", "unconfined"?): return text
    default: throw invalid(text)
    }
  }

  private static func invalid(_ text: String) -> DklabError {
    DklabError(
      .invalid, id: "security-opt.invalid",
      Text("Invalid --security-opt: \"\(text)\"", ko: "잘못된 --security-opt입니다: \"\(text)\""),
      hint: Text(
        "known are no-new-privileges, seccomp=unconfined or a file, apparmor=…, label=…",
        ko: "no-new-privileges, seccomp=unconfined 또는 파일, apparmor=…, label=… 을 쓸 수 있습니다"))
  }
}
