import Documents
import HTTP
import Testing

@testable import Kube

@Suite("Who may do what")
struct AccessTests {
  @Test("a client certificate carries its user and groups")
  func certificates() throws {
    let authority = try CertificateAuthority(name: "kubernetes")
    let pair = try authority.client(
      CertificateSubject("jane", organizations: ["developers", "system:masters"]))
    let der = try #require(PEM.decode(pair.certificate))
    let subject = try #require(CertificateSubject(certificate: der))
    #expect(subject.commonName == "jane")
    #expect(subject.organizations == ["developers", "system:masters"])
    // The authority survives being written down.
    let again = try CertificateAuthority(
      certificate: authority.certificate, key: authority.keyPEM)
    #expect(again.certificate == authority.certificate)
    for length in 0..<der.count { _ = CertificateSubject(certificate: Array(der[..<length])) }
  }

  @Test("a token is good until its end, for its own signer and its living account only")
  func tokens() throws {
    let cluster = try TestCluster()
    let account = try #require(
      cluster.api.store.get(ObjectKey("serviceaccounts", "default", "default"))?.value)
    let tokens = ServiceAccountTokens()
    let (token, _) = try tokens.issue(
      account: account, audiences: [], seconds: 600, now: cluster.testClock.now)
    let authenticator = Authenticator(api: cluster.api, tokens: tokens)
    let user = try authenticator.user(certificate: nil, authorization: "Bearer \(token)")
    #expect(user.name == "system:serviceaccount:default:default")
    #expect(user.groups.contains("system:serviceaccounts:default"))
    // Others can check it with what the server publishes, and it is for its audience only.
    let key = try #require(tokens.keySet.list("keys").first)
    let head = try #require(token.split(separator: ".").first.flatMap { Base64.decode(String($0)) })
    #expect(try JSONValue.parse(head)["kid"] == key["kid"])
    #expect(try #require(Base64.decode(key.text("x"))).count == 32)
    #expect(ServiceAccountTokens.discovery.text("issuer") == ServiceAccountTokens.issuer)
    #expect(authenticator.user(token: token, for: ["somebody"]) == nil)
    let stranger = Authenticator(api: cluster.api, tokens: ServiceAccountTokens())
    for (who, text) in [
      (stranger, token), (authenticator, token + "x"), (authenticator, "a.b.c"),
    ] {
      #expect(throws: APIError.unauthorized) {
        try who.user(certificate: nil, authorization: "Bearer \(text)")
      }
    }
    cluster.testClock.advance(seconds: 601)
    #expect(authenticator.user(token: token, for: [ServiceAccountTokens.issuer]) == nil)
    #expect(throws: APIError.unauthorized) {
      try authenticator.user(certificate: nil, authorization: nil)
    }
  }

  @Test("a role allows what it says, where it is bound, and nothing else")
  func roles() throws {
    let cluster = try TestCluster("team")
    try cluster.apply(
      """
      {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader, namespace: team}, rules: [{apiGroups: [''], resources: [pods, pods/log], verbs: [get, list]}, {apiGroups: [''], resources: [configmaps], resourceNames: [one], verbs: [get]}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: team}, roleRef: {kind: Role, name: reader, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: jane}, {kind: ServiceAccount, name: sa, namespace: default}]}
      """)
    let authorizer = Authorizer(api: cluster.api)
    func allowed(
      _ verb: String, _ resource: String, in namespace: String, named: String = "",
      by user: UserInfo = UserInfo("jane")
    ) -> Bool {
      var request = AccessRequest(user: user, verb: verb)
      let parts = resource.split(separator: "/").map(String.init)
      request.resource = parts[0]
      request.subresource = parts.count > 1 ? parts[1] : ""
      request.namespace = namespace
      request.name = named
      return authorizer.allows(request) != nil
    }
    #expect(allowed("get", "pods", in: "team"))
    #expect(allowed("get", "pods/log", in: "team"))
    #expect(!allowed("delete", "pods", in: "team"))
    #expect(!allowed("get", "pods", in: "default"))
    #expect(!allowed("get", "pods/exec", in: "team"))
    #expect(!allowed("get", "secrets", in: "team"))
    #expect(allowed("get", "configmaps", in: "team", named: "one"))
    #expect(!allowed("get", "configmaps", in: "team", named: "two"))
    #expect(!allowed("get", "pods", in: "team", by: UserInfo("joe")))
    #expect(
      allowed("get", "pods", in: "team", by: UserInfo("system:serviceaccount:default:sa")))
    #expect(allowed("delete", "nodes", in: "", by: .system))
  }

  @Test("a refusal says who, what and where")
  func refusal() {
    var request = AccessRequest(user: UserInfo("jane"), verb: "list")
    request.resource = "pods"
    request.namespace = "default"
    #expect(
      Authorizer.refusal(request).message
        == "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the "
        + "namespace \"default\"")
  }
}
