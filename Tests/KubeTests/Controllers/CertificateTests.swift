import Documents
import HTTP
import Testing

@testable import Kube

@Suite("Requests for certificates")
struct CertificateTests {
  private static let type = ("CertificateSigningRequest", "certificates.k8s.io/v1")

  private func request(
    _ name: String, _ pem: String, signer: String = "kube-apiserver-client",
    usages: [JSONValue] = ["client auth", "digital signature"], seconds: Int64 = 600
  ) -> JSONValue {
    [
      "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
      "metadata": ["name": .string(name)],
      "spec": [
        "request": .string(Base64.encode(pem.utf8)), "usages": .array(usages),
        "signerName": .string("kubernetes.io/\(signer)"), "expirationSeconds": .integer(seconds),
      ],
    ]
  }

  private func condition(_ kind: String) -> JSONValue {
    ["status": ["conditions": [["type": .string(kind), "status": "True", "reason": "test"]]]]
  }

  private func approve(_ cluster: TestCluster, _ name: String, by user: UserInfo = .system) throws {
    var options = WriteOptions()
    options.user = user
    _ = try cluster.api.patch(
      cluster.type(Self.type.0, Self.type.1), "", name, subresource: "approval", .merge,
      condition("Approved"), options)
  }

  @Test("what was asked for, and by whom, cannot be changed afterwards")
  func keptSpec() throws {
    let cluster = try TestCluster()
    var options = WriteOptions()
    options.user = UserInfo("jane")
    let type = try cluster.type(Self.type.0, Self.type.1)
    let made = try cluster.create(request("jane", Self.jane), options)
    try cluster.api.change(type, "", "jane") {
      var changed = $0
      changed.set("spec", "request", to: .string(Base64.encode(Self.node.utf8)))
      changed.set("spec", "signerName", to: "kubernetes.io/kube-apiserver-client-kubelet")
      changed.set("spec", "username", to: "root")
      changed.set("metadata", "labels", "seen", to: "yes")
      return changed
    }
    let now = try cluster.api.get(type, "", "jane")
    #expect(now["spec"] == made["spec"] && now.text("spec", "username") == "jane")
    #expect(now.labels["seen"] == "yes")
  }

  @Test("may not be shorter than ten minutes", arguments: [-1, 0, 599])
  func duration(seconds: Int64) throws {
    let cluster = try TestCluster()
    let error = #expect(throws: APIError.self) {
      try cluster.create(request("jane", Self.jane, seconds: seconds))
    }
    #expect(error?.code == 422)
    #expect(
      error?.message
        == "CertificateSigningRequest.certificates.k8s.io \"jane\" is invalid: "
        + "spec.expirationSeconds: Invalid value: \(seconds): may not specify a duration less than "
        + "600 seconds (10 minutes)")
  }

  @Test("are approved only by who may approve for the signer, by its name or its domain")
  func approvers() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      """
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: one}, rules: [{apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: [kubernetes.io/kube-apiserver-client], verbs: [approve]}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all}, rules: [{apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: ['kubernetes.io/*'], verbs: [approve, sign]}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: one}, roleRef: {kind: ClusterRole, name: one, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: one}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: all}, roleRef: {kind: ClusterRole, name: all, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: all}]}
      """)
    let type = try cluster.type(Self.type.0, Self.type.1)
    try cluster.create(request("client", Self.jane))
    try cluster.create(request("node", Self.node, signer: "kube-apiserver-client-kubelet"))
    let refused = #expect(throws: APIError.self) {
      try approve(cluster, "client", by: UserInfo("jane"))
    }
    #expect(refused?.code == 403)
    #expect(
      refused?.message
        == "certificatesigningrequests.certificates.k8s.io \"client\" is forbidden: user not "
        + "permitted to approve requests with signerName \"kubernetes.io/kube-apiserver-client\"")
    #expect(throws: APIError.self) { try approve(cluster, "node", by: UserInfo("one")) }
    try approve(cluster, "client", by: UserInfo("one"))
    try approve(cluster, "node", by: UserInfo("all"))
    func sign(_ user: String) throws {
      var options = WriteOptions()
      options.user = UserInfo(user)
      _ = try cluster.api.patch(
        type, "", "client", subresource: "status", .merge,
        ["status": ["certificate": .string(Base64.encode("x".utf8))]], options)
    }
    let unsigned = #expect(throws: APIError.self) { try sign("one") }
    #expect(unsigned?.message.contains("user not permitted to sign requests with") == true)
    try sign("all")
  }

  /// The message of the condition `Failed`, or that there is a certificate.
  private func outcome(
    _ pem: String, _ signer: String, _ usages: [JSONValue]
  ) throws -> String {
    let cluster = try TestCluster()
    let manager = ControllerManager(
      api: cluster.api,
      controllers: [CertificateController(authority: try CertificateAuthority(name: "kubernetes"))])
    try manager.startWithoutThread()
    try cluster.create(request("x", pem, signer: signer, usages: usages))
    try approve(cluster, "x")
    manager.settle()
    let now = try cluster.api.get(cluster.type(Self.type.0, Self.type.1), "", "x")
    if !now.text("status", "certificate").isEmpty { return "signed" }
    let failed = now.list("status", "conditions").first { $0.text("type") == "Failed" }
    #expect(failed?.text("reason") == "SignerValidationFailure")
    return failed?.text("message") ?? "nothing"
  }

  @Test("are signed for nodes only when they are nodes', and for the use that a signer is for")
  func signers() throws {
    let (client, server): (JSONValue, JSONValue) = ("client auth", "server auth")
    let (signs, enciphers): (JSONValue, JSONValue) = ("digital signature", "key encipherment")
    let (kubelet, serving) = ("kube-apiserver-client-kubelet", "kubelet-serving")
    #expect(try outcome(Self.node, kubelet, [client, signs]) == "signed")
    #expect(try outcome(Self.node, kubelet, [client, signs, enciphers]) == "signed")
    #expect(try outcome(Self.serving, serving, [server, signs]) == "signed")
    #expect(try outcome(Self.jane, "kube-apiserver-client", [client]) == "signed")
    for pem in [Self.jane, Self.two] {
      for signer in [kubelet, serving] {
        #expect(
          try outcome(pem, signer, [client, signs]) == "subject organization is not system:nodes")
      }
    }
    #expect(
      try outcome(Self.name, kubelet, [client, signs])
        == "subject common name does not begin with system:node:")
    #expect(
      try outcome(Self.serving, kubelet, [client, signs])
        == "DNS subjectAltNames are not allowed")
    #expect(
      try outcome(Self.node, serving, [server, signs]) == "DNS or IP subjectAltName is required")
    #expect(
      try outcome(Self.node, kubelet, [client, signs, server])
        == "usages did not match [client auth digital signature key encipherment]")
    #expect(
      try outcome(Self.serving, serving, [client, signs])
        == "usages did not match [digital signature key encipherment server auth]")
    #expect(
      try outcome(Self.jane, "kube-apiserver-client", [client, server])
        == "invalid usage for client certificate: server auth")
    #expect(
      try outcome(Self.jane, "kube-apiserver-client", [signs])
        == "missing required usage for client certificate: client auth")
  }

  // `openssl req -new` with the subjects that are said, and a key on the curve P-256.

  /// /O=devs/CN=jane
  private static let jane = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHZMIGAAgEAMB4xDTALBgNVBAoMBGRldnMxDTALBgNVBAMMBGphbmUwWTATBgcq
    hkjOPQIBBggqhkjOPQMBBwNCAASpvuYcyg1tWAAIijsJ9NYG8Dk7/1bLNsJxX7RU
    UeXLwdftDEBsfhqDQ5c7AX4f3pZPEPfNgywyXXT2/9XsfvGGoAAwCgYIKoZIzj0E
    AwIDSAAwRQIhAPYbL775fwT+JGJyokOBJdKZTfbciJYIil5dJWEZORhGAiAUdnAW
    k3aZwNtpVABOJAhxFhEUTFsM867zlcVl/F/myQ==
    -----END CERTIFICATE REQUEST-----
    """
  /// /O=system:nodes/CN=system:node:one
  private static let node = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHtMIGTAgEAMDExFTATBgNVBAoMDHN5c3RlbTpub2RlczEYMBYGA1UEAwwPc3lz
    dGVtOm5vZGU6b25lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqb7mHMoNbVgA
    CIo7CfTWBvA5O/9WyzbCcV+0VFHly8HX7QxAbH4ag0OXOwF+H96WTxD3zYMsMl10
    9v/V7H7xhqAAMAoGCCqGSM49BAMCA0kAMEYCIQCzFY1W4+iz6j2iY9Sj3kO5n5AT
    mDG1SioyPVPgYh+y/gIhAOJtV9dUeQg+EEZv/k07TXJ4rT5JTBC5b80xMbIR/qnC
    -----END CERTIFICATE REQUEST-----
    """
  /// The same and /O=system:masters
  private static let two = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIIBBjCBrAIBADBKMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAoMDnN5
    c3RlbTptYXN0ZXJzMRgwFgYDVQQDDA9zeXN0ZW06bm9kZTpvbmUwWTATBgcqhkjO
    PQIBBggqhkjOPQMBBwNCAASpvuYcyg1tWAAIijsJ9NYG8Dk7/1bLNsJxX7RUUeXL
    wdftDEBsfhqDQ5c7AX4f3pZPEPfNgywyXXT2/9XsfvGGoAAwCgYIKoZIzj0EAwID
    SQAwRgIhAPVNHNuBoA2mK1qJTAxdv7HbgoyyYyIFPiHFdlDyAj4PAiEAwVfRWdVo
    uOBH0hv0b/OHofGk/GVrAqUnXMAJy7JHvkg=
    -----END CERTIFICATE REQUEST-----
    """
  /// /O=system:nodes/CN=one
  private static let name = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHfMIGHAgEAMCUxFTATBgNVBAoMDHN5c3RlbTpub2RlczEMMAoGA1UEAwwDb25l
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqb7mHMoNbVgACIo7CfTWBvA5O/9W
    yzbCcV+0VFHly8HX7QxAbH4ag0OXOwF+H96WTxD3zYMsMl109v/V7H7xhqAAMAoG
    CCqGSM49BAMCA0cAMEQCIDsylDTIet2plCZ/zwMnkTKD7m9LgUlc/r60nrn5XpKt
    AiAlViCg2ncQhEJumHoE4f8646GuhsQ9efvqB7vIzKR60w==
    -----END CERTIFICATE REQUEST-----
    """
  /// /O=system:nodes/CN=system:node:one, for the name DNS:one
  private static let serving = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIIBDTCBtAIBADAxMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxGDAWBgNVBAMMD3N5
    c3RlbTpub2RlOm9uZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKm+5hzKDW1Y
    AAiKOwn01gbwOTv/Vss2wnFftFRR5cvB1+0MQGx+GoNDlzsBfh/elk8Q982DLDJd
    dPb/1ex+8YagITAfBgkqhkiG9w0BCQ4xEjAQMA4GA1UdEQQHMAWCA29uZTAKBggq
    hkjOPQQDAgNIADBFAiBi+G/dIXvYwDDL+mMxF1vVhkowS2kcFA5XIPP61W9BGgIh
    AMkZ+8gFgH0OxBkkySwJ+0/Chui2wnxQvHsFvqjPGoqF
    -----END CERTIFICATE REQUEST-----
    """
}
