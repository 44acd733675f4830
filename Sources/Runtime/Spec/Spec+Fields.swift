import Documents
import Linux

// What Codable does for these types, for what every launch by the OCI runtime reads (JSONFields):
// what `spec` writes, and nothing that is rare. A specification that this cannot read, Codable reads,
// or refuses with the place.

extension Spec: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init()
    ociVersion = try fields.string("ociVersion")
    process = try fields.part(ifPresent: "process")
    root = try fields.part(ifPresent: "root")
    hostname = try fields.string(ifPresent: "hostname")
    domainname = try fields.string(ifPresent: "domainname")
    mounts = try fields.parts(ifPresent: "mounts")
    annotations = try fields.pairs(ifPresent: "annotations")
    hooks = try fields.decoded(ifPresent: "hooks")
    linux = try fields.part(ifPresent: "linux")
  }
}

extension SpecRoot: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init(
      path: try fields.string("path"), readonly: try fields.bool(ifPresent: "readonly"))
  }
}

extension SpecMount: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init(destination: try fields.string("destination"))
    type = try fields.string(ifPresent: "type")
    source = try fields.string(ifPresent: "source")
    options = try fields.strings(ifPresent: "options")
    uidMappings = try fields.parts(ifPresent: "uidMappings")
    gidMappings = try fields.parts(ifPresent: "gidMappings")
    within = try fields.string(ifPresent: "within")
  }
}

extension SpecProcess: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init()
    terminal = try fields.bool(ifPresent: "terminal")
    consoleSize = try fields.decoded(ifPresent: "consoleSize")
    user = try fields.part(ifPresent: "user") ?? SpecUser()
    args = try fields.strings(ifPresent: "args")
    env = try fields.strings(ifPresent: "env")
    cwd = try fields.string("cwd")
    capabilities = try fields.part(ifPresent: "capabilities")
    rlimits = try fields.parts(ifPresent: "rlimits")
    noNewPrivileges = try fields.bool(ifPresent: "noNewPrivileges")
    oomScoreAdj = try fields.number(ifPresent: "oomScoreAdj")
    apparmorProfile = try fields.string(ifPresent: "apparmorProfile")
    selinuxLabel = try fields.string(ifPresent: "selinuxLabel")
    ioPriority = try fields.decoded(ifPresent: "ioPriority")
    scheduler = try fields.decoded(ifPresent: "scheduler")
    execCPUAffinity = try fields.decoded(ifPresent: "execCPUAffinity")
  }
}

extension SpecUser: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init()
    uid = try fields.number(ifPresent: "uid") ?? 0
    gid = try fields.number(ifPresent: "gid") ?? 0
    umask = try fields.number(ifPresent: "umask")
    additionalGids = try fields.decoded(ifPresent: "additionalGids")
    username = try fields.string(ifPresent: "username")
    additionalGroups = try fields.strings(ifPresent: "additionalGroups")
  }
}

extension SpecCapabilities: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init()
    bounding = try fields.strings(ifPresent: "bounding")
    effective = try fields.strings(ifPresent: "effective")
    inheritable = try fields.strings(ifPresent: "inheritable")
    permitted = try fields.strings(ifPresent: "permitted")
    ambient = try fields.strings(ifPresent: "ambient")
  }
}

extension SpecRlimit: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(
      type: try fields.string("type"), soft: try fields.number("soft"),
      hard: try fields.number("hard"))
  }

  /// Exact, also where there is no limit, which is more than a double holds.
  package func write(to fields: inout JSONFieldsText) {
    fields.write("type", type)
    fields.write("soft", soft)
    fields.write("hard", hard)
  }
}

extension SpecLinux: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init()
    namespaces = try fields.parts(ifPresent: "namespaces")
    uidMappings = try fields.parts(ifPresent: "uidMappings")
    gidMappings = try fields.parts(ifPresent: "gidMappings")
    devices = try fields.decoded(ifPresent: "devices")
    cgroupsPath = try fields.string(ifPresent: "cgroupsPath")
    resources = try fields.part(ifPresent: "resources")
    seccomp = try fields.decoded(ifPresent: "seccomp")
    rootfsPropagation = try fields.string(ifPresent: "rootfsPropagation")
    sysctl = try fields.pairs(ifPresent: "sysctl")
    maskedPaths = try fields.strings(ifPresent: "maskedPaths")
    readonlyPaths = try fields.strings(ifPresent: "readonlyPaths")
    mountLabel = try fields.string(ifPresent: "mountLabel")
    personality = try fields.decoded(ifPresent: "personality")
    timeOffsets = try fields.decoded(ifPresent: "timeOffsets")
    intelRdt = try fields.decoded(ifPresent: "intelRdt")
    netDevices = try fields.decoded(ifPresent: "netDevices")
  }
}

extension SpecNamespace: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init(type: try fields.string("type"), path: try fields.string(ifPresent: "path"))
  }
}

extension SpecIDMapping: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init(
      containerID: try fields.number("containerID"), hostID: try fields.number("hostID"),
      size: try fields.number("size"))
  }
}

extension SpecResources: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init()
    devices = try fields.parts(ifPresent: "devices")
    memory = try fields.decoded(ifPresent: "memory")
    cpu = try fields.decoded(ifPresent: "cpu")
    pids = try fields.decoded(ifPresent: "pids")
    blockIO = try fields.decoded(ifPresent: "blockIO")
    hugepageLimits = try fields.decoded(ifPresent: "hugepageLimits")
    network = try fields.decoded(ifPresent: "network")
    rdma = try fields.decoded(ifPresent: "rdma")
    unified = try fields.pairs(ifPresent: "unified")
  }
}

extension SpecDeviceRule: FieldsReadable {
  package init(fields: inout JSONFields) throws {
    self.init(allow: try fields.bool("allow"), access: "")
    access = try fields.string(ifPresent: "access")
    type = try fields.string(ifPresent: "type")
    major = try fields.number(ifPresent: "major")
    minor = try fields.number(ifPresent: "minor")
  }
}
