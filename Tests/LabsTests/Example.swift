import Testing

@testable import Labs

/// A small lab for tests, as text, so that each test can break one thing in it.
enum Example {
  static let lab = """
    ---
    format: 1
    id: first
    title: A web server
    summary: Publish a port.
    minutes: 10
    images: [docker/getting-started]
    variables:
      port: {port: 8000-8999}
    ---
    Welcome.

    ## Start it {#start}

    Run `web1`:

    ```bash
    docker run -d --name web1 -p {{port}}:80 docker/getting-started
    ```

    See http://localhost:{{port}}/.

    ```note 003:81
    The first number is the host's.
    ```

    ```check
    - id: running
      container.state: {name: web1, is: running}
    - id: published
      container.port: {name: web1, port: 80, host: {{port}}}
      needs: [running]
      message: Port {{port}} leads in
    - http.get: {url: http://localhost:{{port}}/}
      needs: [published]
    ```

    ```wrong reversed expect=published cause=port.reversed
    docker run -d --name web1 -p 80:{{port}} docker/getting-started
    ```

    ```wrong private expect=published
    docker run -d --name web1 docker/getting-started
    ```

    ```hint look
    What does `docker ps` show?
    ```

    ```hint direction when="running and not published" example=reversed
    Which is the host's?
    ```

    ```hint option
    `docker run -d -p …`
    ```

    ```quiz which
    ask: Which port?
    choices: {host: 9000, container: 8080}
    answer: host
    why: The first.
    ```

    """

  static let korean = """
    ---
    lab: first
    language: ko
    title: 웹 서버
    summary: 포트를 공개합니다.
    hashes: {}
    ---
    반갑습니다.

    ## 시작 {#start}

    `web1`을 실행합니다.

    [[bash]]

    ```note 003:81
    앞이 호스트입니다.
    ```

    ```messages
    published: "{{port}}이(가) 이어집니다"
    ```

    ```hint look
    무엇이 보이나요?
    ```

    ```hint direction
    어느 쪽인가요?
    ```

    ```hint option
    `docker run -d -p …`
    ```

    ```quiz which
    ask: 어느 포트?
    choices: {host: 9000번, container: 8080번}
    why: 앞쪽.
    ```

    """

  /// The translation with its hashes accepted.
  static func acceptedKorean() throws -> String {
    let lab = try #require(LabReader.read(lab, file: "lab.md").0)
    return try AcceptTranslation.accepted(korean, for: lab, file: "lab.ko.md")
  }

  /// What the linter says of the example after `change`.
  static func lint(
    _ change: (inout String) -> Void = { _ in }, translation: (inout String) -> Void = { _ in }
  ) throws -> [Diagnostic] {
    var english = lab
    change(&english)
    var korean = try acceptedKorean()
    translation(&korean)
    return Linter.lint(
      english, file: "lab.md", translation: korean, translationFile: "lab.ko.md"
    ).diagnostics
  }
}

extension String {
  /// Replaces one text that must be there, so that a test cannot lose what it breaks.
  mutating func exchange(_ old: String, _ new: String) {
    guard let range = range(of: old) else {
      Issue.record("the example has no `\(old)`")
      return
    }
    replaceSubrange(range, with: new)
  }

  private func range(of text: String) -> Range<String.Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}
