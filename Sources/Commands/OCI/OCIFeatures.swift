import Documents
import Linux
import Runtime
import Support

/// `features`: what this runtime knows (runtime-spec, features.md).
enum OCIFeatures {
  static let lowest = Spec.lowestVersion
  static let highest = Spec.highestVersion

  static let features = OCIVerb(
    name: "features", synopsis: "",
    abstract: Text("Print what this runtime supports", ko: "이 런타임이 지원하는 것을 출력합니다"), count: 0...0,
    flags: []
  ) { _, _ in
    print(document.text(indentation: 4))
    return 0
  }

  static var document: JSONValue {
    func list(_ words: [String]) -> JSONValue { .array(words.map { .string($0) }) }
    let seccomp: JSONValue = [
      "enabled": true,
      "actions": list(SeccompProfile.Action.allCases.map(\.rawValue).sorted()),
      "operators": list(SeccompProfile.Comparison.allCases.map(\.rawValue).sorted()),
      "archs": list(SeccompProfile.architectureNames),
      "knownFlags": list(SeccompProfile.flagNames),
      "supportedFlags": list(SeccompProfile.supportedFlagNames),
    ]
    let linux: JSONValue = [
      "namespaces": list(Namespace.allCases.map(\.rawValue).sorted()),
      "capabilities": list(Capability.allCases.map(\.name)),
      "cgroup": [
        "v1": true, "v2": true, "systemd": false, "systemdUser": false, "rdma": true,
      ],
      "seccomp": seccomp, "apparmor": ["enabled": true], "selinux": ["enabled": true],
      "intelRdt": ["enabled": false], "mountExtensions": ["idmap": ["enabled": true]],
    ]
    return [
      "ociVersionMin": .string(lowest), "ociVersionMax": .string(highest),
      "hooks": list(HookMoment.allCases.map(\.rawValue)),
      "mountOptions": list(MountFlags.optionNames), "linux": linux,
      "annotations": ["org.dklab.version": .string(Version.text)],
    ]
  }
}
