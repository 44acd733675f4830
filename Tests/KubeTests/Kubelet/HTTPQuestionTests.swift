import Documents
import Testing

@testable import Kube

@Suite("The question of an HTTP probe")
struct HTTPQuestionTests {
  private func question(_ action: JSONValue) -> HTTPQuestion {
    HTTPQuestion(action, port: 8080, address: "10.1.2.3")
  }

  @Test("is sent as the kubelet sends it")
  func request() {
    #expect(
      question(["path": "healthz?full=1"]).request == """
        GET /healthz?full=1 HTTP/1.1\r
        Host: 10.1.2.3:8080\r
        User-Agent: kube-probe/1.32\r
        Accept: */*\r
        Connection: close\r
        \r

        """)
    let named = question([
      "scheme": "HTTPS", "host": "example.org",
      "httpHeaders": [
        ["name": "host", "value": "web.example"], ["name": "X-A", "value": "1"],
        ["name": "X-A", "value": "2"], ["name": "Accept", "value": ""],
        ["name": "User-Agent", "value": "me"],
      ],
    ])
    #expect(named.url == "https://example.org:8080/")
    #expect(
      named.request == """
        GET / HTTP/1.1\r
        Host: web.example\r
        X-A: 1\r
        X-A: 2\r
        User-Agent: me\r
        Connection: close\r
        \r

        """)
  }

  @Test("an answer is well from 200 to 399, unless somebody else is meant")
  func verdicts() {
    let question = question(["path": "/a"])
    func verdict(_ status: Int, _ location: String? = nil) -> HTTPQuestion.Verdict {
      question.verdict(status, location: location, body: "moved")
    }
    #expect(verdict(200) == .fine && verdict(299) == .fine)
    #expect(verdict(500) == .failure("HTTP probe failed with statuscode: 500"))
    #expect(verdict(404) == .failure("HTTP probe failed with statuscode: 404"))
    let warning = HTTPQuestion.Verdict.warning("Probe terminated redirects, Response body: moved")
    #expect(verdict(304) == warning)
    #expect(verdict(302, "http://other.example/") == warning)
    var hook = question
    hook.takesAnyStatus = true
    #expect(hook.verdict(500, location: nil, body: "") == .fine)
  }

  @Test(
    "a redirect to the same host is followed, by path, port and scheme",
    arguments: [
      ("/b?c=d#e", "http://10.1.2.3:8080/b?c=d"), ("b", "http://10.1.2.3:8080/b"),
      ("https://10.1.2.3:8443/x", "https://10.1.2.3:8443/x"),
      ("http://10.1.2.3", "http://10.1.2.3:80/"),
    ])
  func redirects(location: String, url: String) throws {
    let verdict = question(["path": "/a"]).verdict(301, location: location, body: "")
    guard case .redirect(let next) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(next.url == url)
  }
}
