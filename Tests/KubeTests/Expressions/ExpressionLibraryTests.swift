import Documents
import Testing

@testable import Kube

@Suite("Libraries of expressions")
struct ExpressionLibraryTests {
  private func value(_ text: String) throws -> ExpressionValue {
    try CompiledExpression(text, variables: ["object"])
      .value(["object": ExpressionValue(["a": ["b": "c", "none": .null], "list": [1, 2]])])
  }

  @Test(
    "an expression that holds",
    arguments: [
      // Values that may be missing.
      "optional.of(1).hasValue() && !optional.none().hasValue()",
      "object.?a.?b.orValue('x') == 'c' && object.?x.?b.orValue('x') == 'x'",
      "object.?x.b.orValue('x') == 'x' && !has(object.?x.b) && has(object.?a.b)",
      "object.list[?0].value() == 1 && object.list[?7].orValue(5) == 5",
      "object[?'a'].hasValue() && optional.none().or(optional.of(2)).value() == 2",
      "optional.of(2).optMap(x, x + 1).value() == 3 && !optional.none().optMap(x, x).hasValue()",
      "optional.of(2).optFlatMap(x, optional.none()).hasValue() == false",
      "[1, ?optional.none(), ?optional.of(3)] == [1, 3]",
      "{?'a': optional.none(), 'b': 1} == {'b': 1} && optional.ofNonZeroValue('') == optional.none()",
      "[1, 2].first().value() == 1 && ![].last().hasValue()",
      // Sets.
      "sets.contains([1, 2, 3], [3, 1]) && !sets.contains([1], [2]) && sets.contains([], [])",
      "sets.equivalent([1, 2, 2], [2, 1]) && sets.intersects([1, 2], [2, 3])",
      // Quantities.
      "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('1').compareTo(quantity('1000m')) == 0",
      "isQuantity('1.5Mi') && !isQuantity('1.5 Mi') && quantity('3').add(quantity('2')).asInteger() == 5",
      "quantity('1500m').isInteger() == false && quantity('1500m').asApproximateFloat() == 1.5",
      "quantity('5').sub(6).sign() == -1 && quantity('2k') == quantity('2000')",
      // Addresses and networks.
      "isIP('10.0.0.1') && !isIP('10.0.0') && !isIP('::ffff:1.2.3.4') && ip('::1').isLoopback()",
      "ip('fd00::1').family() == 6 && ip('8.8.8.8').isGlobalUnicast() && ip('0.0.0.0').isUnspecified()",
      "ip('169.254.1.1').isLinkLocalUnicast() && ip('224.0.0.7').isLinkLocalMulticast()",
      "ip.isCanonical('::1') && !ip.isCanonical('0:0::1') && string(ip('10.0.0.1')) == '10.0.0.1'",
      "cidr('10.0.0.0/8').containsIP('10.2.3.4') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))",
      "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR('10.0.0.0/8')",
      "cidr('10.1.2.3/16').masked() == cidr('10.1.0.0/16') && cidr('fd00::/8').prefixLength() == 8",
      "cidr('10.1.2.3/16').ip() == ip('10.1.2.3') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0/08')",
      "['10.0.0.1'].all(ip, isIP(ip))",
      // URLs.
      "url('https://me@a.example:80/x%20y?k=1&k=2&z=%20').getHost() == 'a.example:80'",
      "url('https://[::1]:80/p').getHostname() == '::1' && url('https://[::1]:80/p').getPort() == '80'",
      "url('https://a/x%20y?k=1').getEscapedPath() == '/x%20y' && url('/p').getScheme() == ''",
      "url('https://a/?k=1&k=2').getQuery()['k'] == ['1', '2'] && isURL('/a') && !isURL('a b')",
      // Formats.
      "!format.dns1123Label().validate('a-b').hasValue() && format.dns1123Label().validate('A').hasValue()",
      "format.named('uuid').value().validate('x').value().size() == 1",
      "!format.named('nothing').hasValue() && !format.date().validate('2025-02-28').hasValue()",
      "'%s is %d of %.2f, %x and %s'.format(['a', 2, 1.005e2, 255, [1, true]]) "
        + "== 'a is 2 of 100.50, ff and [1, true]'",
      "'%e|%b|%%'.format([1234.5, 5]) == '1.234500e+03|101|%'",
      // Strings and times.
      "'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'abc'.reverse() == 'cba' && strings.quote('a\"') == '\"a\\\\\"\"'",
      "'a1b22'.findAll('[0-9]+', 1) == ['1']",
      "timestamp('2025-03-01T10:20:30.5Z').getDayOfWeek() == 6",
      "timestamp('2025-03-01T00:00:00.5Z').getDayOfYear() == 59",
      "timestamp('2024-12-31T23:59:59Z').getDayOfYear() == 365",
      "timestamp('1969-12-31T23:59:59Z').getDayOfWeek() == 3",
      // The earliest time there is.
      "timestamp('1677-09-21T00:12:44Z').getDayOfWeek() == 2",
      "timestamp('1677-09-21T00:12:44Z').getDayOfYear() == 263",
      "timestamp('2025-03-01T00:00:00.5Z').getMilliseconds() == 500",
    ])
  func holds(text: String) throws {
    #expect(try value(text) == .bool(true), "\(text)")
  }

  @Test(
    "an expression without a value says why",
    arguments: [
      ("optional.none().value()", "optional.none() dereference"),
      ("quantity('x')", "quantities must match"),
      ("ip('x')", "IP Address \"x\" parse error during conversion from string"),
      ("cidr('x')", "network address parse error"), ("url('a b')", "URL parse error"),
      ("'%d'.format(['a'])", "no formatting clause \"%d\" for string"),
      ("'%s'.format([])", "index 0 out of range"),
      ("quantity('1').isGreaterThan(1)", "found no matching overload for 'isGreaterThan'"),
    ])
  func fails(text: String, message: String) {
    let error = #expect(throws: ExpressionError.self) { try value(text) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("asking for access, and comparing large sets, has its price")
  func price() {
    let calls = (0..<120).map { _ in "authorizer.path('/x').check('get').allowed()" }
    let judge = AuthorizerValue.Judge(
      attempted: AccessRequest(user: UserInfo("jane"), verb: "create")
    ) { _ in "" }
    let variables: [String: ExpressionValue] = [
      "authorizer": .opaque(.authorizer(AuthorizerValue(judge))),
      "many": .list((0..<2000).map { .int($0) }),
    ]
    for text in [calls.joined(separator: " && "), "sets.contains(many, many)"] {
      let error = #expect(throws: ExpressionError.self) {
        try CompiledExpression(text, variables: ["authorizer", "many"]).value(variables)
      }
      #expect(error?.message.contains("cost limit exceeded") == true, "\(error?.message ?? "")")
    }
  }

  @Test("policies may ask what else the one who asks may do")
  func authorizer() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      """
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: [apps], resources: [deployments], verbs: [create]}, {nonResourceURLs: [/x], verbs: [get]}, {apiGroups: [''], resources: [configmaps], resourceNames: [fine], verbs: [delete]}]}
      ---
      {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: r, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: jane}, {kind: ServiceAccount, name: robot, namespace: default}]}
      """)
    func holds(_ text: String) throws -> Bool {
      let attempt = AdmissionAttempt(
        operation: "CREATE", type: try cluster.type("ConfigMap"), namespace: "default",
        name: "fine", user: UserInfo("jane"))
      return try attempt.meets([["name": "c", "expression": .string(text)]], cluster.api)
    }
    let group = "authorizer.group('apps').resource('deployments').namespace('default')"
    #expect(try holds(group + ".check('create').allowed()"))
    #expect(try holds(group + ".check('create').reason().startsWith('RBAC: allowed by')"))
    #expect(try !holds(group + ".subresource('scale').check('create').allowed()"))
    #expect(try !holds(group + ".check('delete').allowed()"))
    #expect(try holds("authorizer.path('/x').check('get').allowed()"))
    #expect(try !holds("authorizer.path('/y').check('get').allowed()"))
    #expect(try holds("authorizer.requestResource.check('delete').allowed()"))
    #expect(try !holds("authorizer.requestResource.name('other').check('delete').allowed()"))
    let robot = "authorizer.serviceAccount('default', 'robot').path('/x').check('get')"
    #expect(try holds(robot + ".allowed() && !\(robot).errored() && \(robot).error() == ''"))
    #expect(try !holds(robot.replacing("'robot'", with: "'other'") + ".allowed()"))
  }
}
