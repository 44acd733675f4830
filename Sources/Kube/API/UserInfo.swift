/// Who makes a request.
package struct UserInfo: Sendable, Hashable {
  package var name: String
  package var uid = ""
  package var groups: [String]
  package var extra: [String: [String]] = [:]

  package init(_ name: String, groups: [String] = []) {
    self.name = name
    self.groups = groups
  }

  /// The cluster's own parts, which may do everything.
  package static let system = UserInfo(
    "system:apiserver", groups: ["system:masters", "system:authenticated"])

  /// A controller by its name.
  package static func controller(_ name: String) -> UserInfo {
    UserInfo(
      "system:serviceaccount:kube-system:\(name)", groups: ["system:masters"])
  }

  /// Whether the user stands above all rules.
  package var isMaster: Bool { groups.contains("system:masters") }
}
