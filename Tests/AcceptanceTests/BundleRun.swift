import Documents
import Glibc
import Linux

/// One bundle, made for one runtime, run once. The bundle is `base.json` with the case's
/// `config.json` merged in (RFC 7386), and a rootfs with busybox and the probe.
///
/// Everything happens in a mount namespace of its own: crun refuses a machine whose unified tree has
/// controllers beside v1, so it and the others shall not see that tree.
struct BundleRun {
  static let folder =
    String(#filePath.dropLast("BundleRun.swift".count)) + "Fixtures/bundles"
  static let cases = ((try? Directory.list(folder)) ?? []).filter {
    File.exists("\(folder)/\($0)/config.json")
  }

  let name: String
  /// `dklab`, `runc` or `crun`.
  let runtime: String
  let directory: String
  let id: String

  init(_ name: String, runtime: String) throws {
    self.name = name
    self.runtime = runtime
    id = "\(name)-\(runtime)-\(UInt32.random(in: 0 ... .max))"
    directory = "/tmp/dklab-bundles-\(getpid())/\(id)"
    try makeRootfs()
    let base = try JSONValue.parse(try File.read("\(Self.folder)/base.json"))
    let text = try File.text("\(Self.folder)/\(name)/config.json")
    let delta = try JSONValue.parse(filled(text))
    let merged = Self.merge(base, delta)
    // A number that our JSON values round.
    let all = replace("\"{INFINITY}\"", by: "\(UInt64.max)", in: filled(merged.text()))
    try File.replace("\(directory)/config.in", all, durable: false)
  }

  func remove() {
    try? Directory.removeTree(directory)
    rmdir("/tmp/dklab-bundles-\(getpid())")
    for hierarchy in CgroupLayout.observe().hierarchies {
      rmdir("\(hierarchy.base)/dklab-bundles/deep")
      rmdir("\(hierarchy.base)/dklab-bundles")
    }
  }

  private func filled(_ text: String) -> String {
    let disk = BundleRun.disk
    let values = [
      ("{ID}", id), ("{SOURCE}", "\(directory)/source"), ("{LOG}", "\(directory)/log"),
      ("{MAJOR}", "\(disk.major)"), ("{MINOR}", "\(disk.minor)"),
    ]
    return values.reduce(text) { text, value in replace(value.0, by: value.1, in: text) }
  }

  /// Some disk of this machine, for limits on devices.
  static let disk: (major: UInt32, minor: UInt32) = {
    for name in (try? Directory.list("/sys/block")) ?? [] {
      let text = (try? File.text("/sys/block/\(name)/dev")) ?? ""
      let numbers = text.split { !$0.isNumber }.compactMap { UInt32($0) }
      if numbers.count == 2 { return (numbers[0], numbers[1]) }
    }
    return (8, 0)
  }()

  private static func merge(_ base: JSONValue, _ delta: JSONValue) -> JSONValue {
    guard let members = delta.object else { return delta }
    var result = base.object ?? JSONObject()
    for (key, value) in members {
      result[key] = value.isNull ? nil : merge(result[key] ?? .null, value)
    }
    return .object(result)
  }

  private static let applets = [
    "cat", "chmod", "chrt", "cut", "env", "false", "grep", "hostname", "id", "ionice", "kill", "ln",
    "ls", "mkdir", "mknod", "ps", "pwd", "readlink", "rm", "rmdir", "sed", "sh", "sleep", "sort",
    "stat", "tail", "head", "tr", "touch", "true", "uname", "uniq", "wc",
  ]

  private func makeRootfs() throws {
    let root = "\(directory)/rootfs"
    let parts = [
      "bin", "etc", "tmp/there", "copied/sub", "target", "proc", "dev", "sys", "home/somebody",
    ]
    for part in parts { try Directory.make("\(root)/\(part)") }
    for part in ["source/below", "beside", "log"] { try Directory.make("\(directory)/\(part)") }
    chmod("\(root)/tmp", 0o1777)
    chmod("\(root)/tmp/there", 0o777)
    chmod("\(directory)/log", 0o777)
    func write(_ path: String, _ text: String, _ mode: mode_t = 0o644) throws {
      try File.replace("\(directory)/\(path)", text, mode: mode, durable: false)
      chmod("\(directory)/\(path)", mode)
    }
    let busybox = try File.read("/bin/busybox")
    try File.replace("\(root)/bin/busybox", busybox, mode: 0o755, durable: false)
    for applet in Self.applets { symlink("busybox", "\(root)/bin/\(applet)") }
    symlink("/target", "\(root)/link")
    symlink("a", "\(root)/copied/l")
    try write(
      "rootfs/etc/passwd", "root:x:0:0::/root:/bin/sh\nsomebody:x:1000:1000::/home/somebody:\n")
    try write("rootfs/copied/a", "one")
    try write("rootfs/copied/sub/b", "two")
    try write("rootfs/secret", "secret")
    try write("source/file", "content")
    try write("beside/file", "beside")
    try write("rootfs/probe.sh", try File.text("\(Self.folder)/probe.sh"))
    let extra = "\(Self.folder)/\(name)/extra.sh"
    if File.exists(extra) { try write("rootfs/extra.sh", try File.text(extra)) }
  }

  private static let script = """
    umount /sys/fs/cgroup/unified 2>/dev/null
    for kind in cgroup ipc mnt net pid time user uts; do
      echo "host $kind $(readlink /proc/self/ns/$kind)"
    done >namespaces
    echo "$(hostname)" >hostname
    mount -t tmpfs -o mode=755 inner source/below && echo inner >source/below/inner
    helper=
    if grep -q '{PID}' config.in; then
      unshare -n -u -i sh -c 'hostname joined; echo ready >helper; exec sleep 1000' &
      helper=$!
      while ! [ -s helper ]; do sleep 0.02; done
      for kind in ipc net uts; do
        echo "joined $kind $(readlink /proc/$helper/ns/$kind)"
      done >>namespaces
    fi
    sed "s/{PID}/$helper/g" config.in >config.json
    "$@"
    status=$?
    [ -z "$helper" ] || kill $helper
    exit $status
    """

  /// Runs the bundle to its end.
  func run() -> (output: Sandbox.Output, view: BundleView) {
    let program = runtime == "dklab" ? [Sandbox.binary, "oci"] : [runtime]
    let command =
      ["--mount", "sh", "-c", "cd \"$0\" && . ./script", directory]
      + program + ["--root", "\(directory)/state", "run", "--bundle", directory, id]
    try? File.replace("\(directory)/script", Self.script, durable: false)
    let output = Sandbox.run(
      command, program: "/usr/bin/unshare", environment: ["DKLAB_LANG": "en"])
    let state = (try? Directory.list("\(directory)/state")) ?? []
    return (output, BundleView(output, of: self, leftBehind: state.contains(id)))
  }
}

/// `text` with every `old` replaced.
func replace(_ old: String, by new: String, in text: String) -> String {
  var result = ""
  var rest = text[...]
  while let range = rest.firstRange(of: old) {
    result += rest[..<range.lowerBound] + new
    rest = rest[range.upperBound...]
  }
  return result + rest
}
