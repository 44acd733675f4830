// What a registry said instead of what was asked for, in docker's words where people know them.
//
// A registry's refusal is JSON: {"errors":[{"code":"MANIFEST_UNKNOWN","message":"…","detail":…}]}.
// Next: RegistryConnection.swift.

import Documents
import NIOHTTP1
import Support

/// An answer that is no success.
struct RegistryFailure: Error {
  var status: Int
  var headers: HTTPHeaders
  /// The code and message of each error that the body tells.
  var errors: [(code: String, message: String)]
  var endpoint: RegistryEndpoint

  init(status: Int, headers: HTTPHeaders, body: [UInt8], endpoint: RegistryEndpoint) {
    self.status = status
    self.headers = headers
    self.endpoint = endpoint
    let json = try? JSONValue.parse(body, file: endpoint.domain)
    errors = (json?["errors"]?.array ?? []).map {
      ($0["code"]?.string ?? "UNKNOWN", $0["message"]?.string ?? "")
    }
    if errors.isEmpty, let details = json?["details"]?.string ?? json?["message"]?.string {
      errors = [("UNKNOWN", details)]
    }
  }

  /// `manifest unknown`, or the status when the server said nothing.
  var reason: String {
    guard let first = errors.first else { return "status \(status)" }
    let code = first.code.lowercased().split(separator: "_").joined(separator: " ")
    return first.message.isEmpty ? code : "\(code): \(first.message)".printableLine
  }

  func has(_ code: String) -> Bool { errors.contains { $0.code == code } }

  /// Why an image could not be had.
  func pullError(_ reference: String, familiarName: String) -> DklabError {
    switch status {
    case 429: return rateError
    case 404 where !has("NAME_UNKNOWN"):
      return DklabError(
        .notFound, id: "image.not-found",
        Text(
          "manifest for \(reference) not found: \(reason)",
          ko: "\(endpoint.domain)에 \(reference) 이미지가 없습니다: \(reason)"))
    case 401, 403, 404:
      return DklabError(
        .notFound, id: "image.not-found",
        Text(
          "pull access denied for \(familiarName), repository does not exist or may require "
            + "'docker login': \(reason)",
          ko: "\(familiarName)을(를) 받을 수 없습니다. 저장소가 없거나 'docker login'이 필요합니다: \(reason)"))
    default: return other
    }
  }

  /// Why an image could not be put there.
  func pushError(_ repository: String) -> DklabError {
    switch status {
    case 429: return rateError
    case 401, 403:
      let isHub = endpoint.domain == RegistryEndpoint.hub
      return DklabError(
        .denied, id: "registry.denied",
        Text(
          status == 401
            ? "unauthorized: authentication required: \(repository)"
            : "denied: requested access to the resource is denied: \(repository)",
          ko: "\(repository)에 올릴 권한이 없습니다: \(reason)"),
        hint: isHub
          ? Text(
            "log in with `docker login`, and name the image USER/NAME: names without a user belong "
              + "to Docker itself",
            ko: "`docker login`으로 로그인하고 이미지 이름을 사용자명/이름 꼴로 붙이세요. 사용자명이 없는 "
              + "이름은 Docker의 것입니다")
          : Text(
            "log in with `docker login \(endpoint.domain)`",
            ko: "`docker login \(endpoint.domain)` 명령으로 로그인하세요"))
    case 405:
      return DklabError(
        .denied, id: "registry.read-only",
        Text(
          "\(endpoint.domain): the registry takes nothing in: \(reason)",
          ko: "\(endpoint.domain): 읽기 전용 레지스트리입니다: \(reason)"))
    default: return other
    }
  }

  /// Why a login failed.
  var loginError: DklabError {
    switch status {
    case 429: return rateError
    case 401, 403:
      return DklabError(
        .denied, id: "registry.login",
        Text(
          "login attempt to \(endpoint.domain) failed: unauthorized: \(reason)",
          ko: "\(endpoint.domain)에 로그인하지 못했습니다: \(reason)"),
        hint: endpoint.domain == RegistryEndpoint.hub
          ? Text(
            "user name or password is wrong; Docker Hub wants a personal access token",
            ko: "사용자명이나 비밀번호가 틀렸습니다. Docker Hub에는 개인 액세스 토큰이 필요합니다")
          : Text("user name or password is wrong", ko: "사용자명이나 비밀번호가 틀렸습니다"))
    default: return other
    }
  }

  /// Any other answer.
  var other: DklabError {
    DklabError(
      status >= 500 ? .unavailable : .invalid, id: "registry.error",
      Text(
        "\(endpoint.domain): received unexpected HTTP status: \(status): \(reason)",
        ko: "\(endpoint.domain): 예상하지 못한 HTTP 상태 \(status): \(reason)"))
  }

  private var rateError: DklabError {
    // Docker Hub: `ratelimit-limit: 100;w=21600` means 100 in 21600 seconds.
    let limit = headers.first(name: "RateLimit-Limit") ?? ""
    let parts = limit.split(separator: ";")
    let count = parts.first.flatMap { Int($0) }
    let window = parts.dropFirst().first { $0.hasPrefix("w=") }.flatMap { Int($0.dropFirst(2)) }
    let wait = headers.first(name: "Retry-After").flatMap { Int($0) }
    var english = "toomanyrequests: \(endpoint.domain) allows no more downloads for now"
    var korean = "toomanyrequests: \(endpoint.domain)에서 지금은 더 받을 수 없습니다"
    if let count, let window {
      english += ": \(count) in \(window / 3600) hours"
      korean += ": \(window / 3600)시간에 \(count)번까지입니다"
    }
    let until =
      wait.map { Text("wait \($0) seconds", ko: "\($0)초 뒤에 다시 하거나") }
      ?? Text("wait some hours", ko: "몇 시간 뒤에 다시 하거나")
    return DklabError(
      .unavailable, id: "registry.rate-limit", Text(english, ko: korean),
      hint: Text(
        "the limit counts everybody behind your address, a whole class too: log in with `docker "
          + "login` to have a limit of your own, set up one pull-through cache for all (`dklab "
          + "registry serve --proxy`), or \(until.en)",
        ko: "이 제한은 같은 주소를 쓰는 모두(한 교실 전체)에게 함께 적용됩니다. `docker login`으로 "
          + "로그인하면 따로 셉니다. \(until.ko) 모두를 위한 캐시(`dklab registry serve --proxy`)를 하나 두세요"))
  }
}

extension String {
  /// Without control characters, which a server could send to a terminal.
  var printableLine: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.prefix(400).filter { $0.value >= 32 && $0.value != 127 }))
  }
}
