import Linux

extension Operation: CustomStringConvertible {
  /// The operation as one line, in the words of the system call behind it.
  package var description: String {
    switch self {
    case .createCgroup(let path): "cgroup \(path)"
    case .clone(let kinds): "clone3 \(kinds.map(\.rawValue).joined(separator: ","))"
    case .joinNamespace(let kind, let path): "setns \(kind.rawValue) \(path)"
    case .setTimeOffsets(let offsets):
      "timens_offsets "
        + offsets.sorted { $0.key < $1.key }
        .map { "\($0.key) \($0.value.secs ?? 0)s \($0.value.nanosecs ?? 0)ns" }
        .joined(separator: ", ")
    case .becomeRoot: "setuid 0:0 in the user namespace"
    case .writeIDMaps(let uid, _):
      "uid_map "
        + uid.map { "\($0.containerID) \($0.hostID) \($0.size)" }.joined(separator: ", ")
    case .copyMount(let map):
      "open_tree \(map.source)"
        + (map.reach.map { reach in
          " \(reach.rawValue)"
            + (map.userNamespacePath.map { " as in \($0)" }
              ?? map.uid.map { " \($0.containerID) \($0.hostID) \($0.size)" }
              .joined(separator: ","))
        } ?? "")
    case .mountMappedOverlay(let mapped):
      "mount overlay (\(mapped.overlay.lower.count) lower, 1 upper"
        + (mapped.overlay.isVolatile ? ", volatile" : "") + ") idmap"
        + mapped.uid.map { " \($0.containerID) \($0.hostID) \($0.size)" }.joined(separator: ",")
    case .attachNetwork(let interface, let address, let bridge):
      "veth \(interface) \(address) on \(bridge)"
    case .publishPort(let host, let container):
      "listen \(host.hasSuffix(":0") ? host.dropLast(2) + ":random" : host[...]) -> \(container)"
    case .makeMountsPrivate(let flags): "mount / \(flags.description)"
    case .mountOverlay(let overlay):
      "mount overlay \(overlay.target) (\(overlay.lower.count) lower, 1 upper\(overlay.isVolatile ? ", volatile" : ""))"
    case .attachRoot: "move_mount overlay /"
    case .bindRootfs(let path): "bind \(path) on itself"
    case .mount(let request):
      "mount \(request.type) \(request.target)"
        + Operation.options(request.flags, request.propagation, request.data, request.recursive)
    case .bind(let request):
      "bind \(request.source) \(request.target)"
        + Operation.options(
          request.flags.subtracting(.bind), request.propagation, nil, request.recursive)
    case .makeNode(let device):
      "mknod \(device.path) \(device.type) \(device.major ?? 0):\(device.minor ?? 0)"
    case .bindDevice(let source, let path):
      source == path ? "bind \(path) from the host" : "bind \(source) from the host to \(path)"
    case .symlink(let target, let path): "symlink \(path) -> \(target)"
    case .awaitHost: "wait for the monitor"
    case .awaitHostHooks: "wait for hooks prestart, createRuntime"
    case .runHooks(let moment, let hooks):
      "hooks \(moment.rawValue) " + hooks.map(\.path).joined(separator: ", ")
    case .moveRoot: "mount --move / and chroot"
    case .newKeyring(let name): "keyctl session \(name)"
    case .setPersonality(let value): "personality \(value)"
    case .setScheduler(_, let name): "sched_setattr \(name)"
    case .setIOPriority(_, let name): "ioprio_set \(name)"
    case .setLabel(let module, let label): "\(module.rawValue) \(label)"
    case .awaitStart: "wait for `start`"
    case .raiseLoopback: "ip link set lo up"
    case .unshareCgroup: "unshare cgroup"
    case .setHostname(let name): "sethostname \(name)"
    case .setDomainname(let name): "setdomainname \(name)"
    case .writeSysctl(let key, let value): "sysctl \(key)=\(value)"
    case .pivotRoot: "pivot_root"
    case .makeDirectory(let path): "mkdir \(path)"
    case .mask(let path): "mask \(path)"
    case .makeReadOnly(let path): "read-only \(path)"
    case .setRootPropagation(let flags): "mount / \(flags.description)"
    case .makeRootReadOnly: "remount / ro"
    case .newSession: "setsid"
    case .openConsole(let size):
      "open pty \(size.map { "\($0.columns)x\($0.rows)" } ?? "")"
    case .setOOMScore(let score): "oom_score_adj \(score)"
    case .setRlimit(let limit): "setrlimit \(limit.type) \(limit.soft):\(limit.hard)"
    case .dropBounding(let kept):
      "drop bounding set to " + Operation.names(kept)
    case .setUser(let user): "setuid \(user.username ?? "\(user.uid):\(user.gid)")"
    case .setCapabilities(let sets):
      "capset " + Operation.names(sets.effective)
    case .setNoNewPrivileges: "prctl no_new_privs"
    case .loadSeccomp: "seccomp filter"
    case .loadSeccompForAgent(let path): "seccomp filter, its listener to \(path)"
    case .dieWithMonitor: "prctl pdeathsig KILL"
    case .changeDirectory(let path): "chdir \(path)"
    case .forkInit: "fork below a small init"
    case .execute(let arguments): "execve " + arguments.joined(separator: " ")
    }
  }

  private static func options(
    _ flags: MountFlags, _ propagation: MountFlags, _ data: String?, _ tree: MountAttributes
  ) -> String {
    let whole = tree.set.description.split(separator: ",").map { "r" + $0 }.joined(separator: ",")
    let parts = [flags.description, whole, propagation.description, data ?? ""]
      .filter { !$0.isEmpty }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ",")))"
  }

  private static func names(_ set: CapabilitySet) -> String {
    if set.isEmpty { return "none" }
    if set == .all { return "all" }
    return set.names.map { $0.hasPrefix("CAP_") ? String($0.dropFirst(4)) : $0 }
      .joined(separator: ",").lowercased()
  }
}
