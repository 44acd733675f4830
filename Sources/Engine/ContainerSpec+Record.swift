import Documents
import Images
import Networks
import Runtime

// The names of the members are those of the properties, as Codable has them.

extension ContainerSpec: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(image: try fields.string("image"))
    var members = try fields.object("config")
    config = try ContainerConfig(fields: &members)
    hostname = try fields.string(ifPresent: "hostname")
    domainname = try fields.string(ifPresent: "domainname")
    tty = try fields.bool("tty")
    openStdin = try fields.bool("openStdin")
    stdinOnce = try fields.bool("stdinOnce")
    attachStdin = try fields.bool("attachStdin")
    attachStdout = try fields.bool("attachStdout")
    attachStderr = try fields.bool("attachStderr")
    stopTimeout = try fields.number(ifPresent: "stopTimeout")
    host = try fields.part("host")
    networks = try fields.parts("networks")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("image", image)
    fields.write("config") { members in config.write(to: &members) }
    fields.write("hostname", hostname)
    fields.write("domainname", domainname)
    fields.write("tty", tty)
    fields.write("openStdin", openStdin)
    fields.write("stdinOnce", stdinOnce)
    fields.write("attachStdin", attachStdin)
    fields.write("attachStdout", attachStdout)
    fields.write("attachStderr", attachStderr)
    fields.write("stopTimeout", stopTimeout)
    try fields.write("host", part: host)
    try fields.write("networks", parts: networks)
  }
}

extension HostConfig: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init()
    try readThings(&fields)
    try readModes(&fields)
    try readLimits(&fields)
  }

  private mutating func readThings(_ fields: inout JSONFields) throws {
    binds = try fields.strings("binds")
    mounts = try fields.list("mounts")
    volumesFrom = try fields.strings("volumesFrom")
    ports = try fields.parts("ports")
    publishAllPorts = try fields.bool("publishAllPorts")
    networkMode = try fields.string("networkMode")
    restart = .no
    var policy = try fields.object("restart")
    if policy.value("no") == nil {
      restart = try fields.decoded("restart")
    }
    autoRemove = try fields.bool("autoRemove")
    privileged = try fields.bool("privileged")
    readonlyRootfs = try fields.bool("readonlyRootfs")
    usesInit = try fields.bool("usesInit")
    capAdd = try fields.strings("capAdd")
    capDrop = try fields.strings("capDrop")
    securityOptions = try fields.strings("securityOptions")
    groupAdd = try fields.strings("groupAdd")
    devices = try fields.list("devices")
    ulimits = try fields.parts("ulimits")
    sysctls = try fields.pairs("sysctls")
  }

  private mutating func readModes(_ fields: inout JSONFields) throws {
    dns = try fields.strings("dns")
    dnsSearch = try fields.strings("dnsSearch")
    dnsOptions = try fields.strings("dnsOptions")
    extraHosts = try fields.strings("extraHosts")
    pidMode = try fields.string("pidMode")
    ipcMode = try fields.string("ipcMode")
    utsMode = try fields.string("utsMode")
    usernsMode = try fields.string(ifPresent: "usernsMode")
    remap = try fields.decoded(ifPresent: "remap")
  }

  private mutating func readLimits(_ fields: inout JSONFields) throws {
    shmSize = try fields.number("shmSize")
    memory = try fields.number("memory")
    memoryReservation = try fields.number("memoryReservation")
    memorySwap = try fields.number("memorySwap")
    nanoCpus = try fields.number("nanoCpus")
    cpuShares = try fields.number("cpuShares")
    cpuQuota = try fields.number("cpuQuota")
    cpuPeriod = try fields.number("cpuPeriod")
    cpusetCpus = try fields.string("cpusetCpus")
    cpusetMems = try fields.string("cpusetMems")
    pidsLimit = try fields.number("pidsLimit")
    blkioWeight = try fields.number(ifPresent: "blkioWeight")
    blockDevices = try fields.decoded(ifPresent: "blockDevices")
    deviceRules = try fields.strings(ifPresent: "deviceRules")
    memorySwappiness = try fields.number(ifPresent: "memorySwappiness")
    annotations = try fields.pairs(ifPresent: "annotations")
    oomScoreAdj = try fields.number("oomScoreAdj")
    oomKillDisable = try fields.bool("oomKillDisable")
    logDriver = try fields.string(ifPresent: "logDriver")
    logOptions = try fields.pairs(ifPresent: "logOptions")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    try writeThings(&fields)
    try writeModes(&fields)
    try writeLimits(&fields)
  }

  private func writeThings(_ fields: inout JSONFieldsText) throws {
    fields.write("binds", binds)
    try fields.write("mounts", list: mounts)
    fields.write("volumesFrom", volumesFrom)
    try fields.write("ports", parts: ports)
    fields.write("publishAllPorts", publishAllPorts)
    fields.write("networkMode", networkMode)
    if restart == .no {
      fields.write("restart") { policy in policy.write("no") { _ in } }
    } else {
      try fields.write("restart", encoding: restart)
    }
    fields.write("autoRemove", autoRemove)
    fields.write("privileged", privileged)
    fields.write("readonlyRootfs", readonlyRootfs)
    fields.write("usesInit", usesInit)
    fields.write("capAdd", capAdd)
    fields.write("capDrop", capDrop)
    fields.write("securityOptions", securityOptions)
    fields.write("groupAdd", groupAdd)
    try fields.write("devices", list: devices)
    try fields.write("ulimits", parts: ulimits)
    fields.write("sysctls", sysctls)
  }

  private func writeModes(_ fields: inout JSONFieldsText) throws {
    fields.write("dns", dns)
    fields.write("dnsSearch", dnsSearch)
    fields.write("dnsOptions", dnsOptions)
    fields.write("extraHosts", extraHosts)
    fields.write("pidMode", pidMode)
    fields.write("ipcMode", ipcMode)
    fields.write("utsMode", utsMode)
    fields.write("usernsMode", usernsMode)
    try fields.write("remap", encoding: remap)
  }

  private func writeLimits(_ fields: inout JSONFieldsText) throws {
    fields.write("shmSize", shmSize)
    fields.write("memory", memory)
    fields.write("memoryReservation", memoryReservation)
    fields.write("memorySwap", memorySwap)
    fields.write("nanoCpus", nanoCpus)
    fields.write("cpuShares", cpuShares)
    fields.write("cpuQuota", cpuQuota)
    fields.write("cpuPeriod", cpuPeriod)
    fields.write("cpusetCpus", cpusetCpus)
    fields.write("cpusetMems", cpusetMems)
    fields.write("pidsLimit", pidsLimit)
    fields.write("blkioWeight", blkioWeight)
    try fields.write("blockDevices", encoding: blockDevices)
    fields.write("deviceRules", deviceRules)
    fields.write("memorySwappiness", memorySwappiness)
    fields.write("annotations", annotations)
    fields.write("oomScoreAdj", oomScoreAdj)
    fields.write("oomKillDisable", oomKillDisable)
    fields.write("logDriver", logDriver)
    fields.write("logOptions", logOptions)
  }
}

extension PortRequest: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(containerPort: 0)
    hostIP = try fields.string("hostIP")
    hostPorts = try fields.decoded(ifPresent: "hostPorts")
    containerPort = try fields.number("containerPort")
    `protocol` = try PortProtocol(member: fields.string("protocol"))
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("hostIP", hostIP)
    // As Codable writes a range: its two ends.
    fields.write(
      "hostPorts",
      hostPorts.map { .array([.integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))]) })
    fields.write("containerPort", containerPort)
    fields.write("protocol", `protocol`.rawValue)
  }
}

extension PortProtocol {
  init(member text: String) throws {
    guard let value = PortProtocol(rawValue: text) else {
      throw JSONFields.Mismatch(key: "protocol")
    }
    self = value
  }
}

extension EndpointWish: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(network: try fields.string("network"))
    aliases = try fields.strings("aliases")
    links = try fields.strings("links")
    address = try fields.string(ifPresent: "address")
    address6 = try fields.string(ifPresent: "address6")
    range = try fields.string(ifPresent: "range")
    mac = try fields.decoded(ifPresent: "mac")
    options = try fields.pairs("options")
    gatewayPriority = try fields.number("gatewayPriority")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("network", network)
    fields.write("aliases", aliases)
    fields.write("links", links)
    fields.write("address", address)
    fields.write("address6", address6)
    fields.write("range", range)
    fields.write("mac", mac?.description)
    fields.write("options", options)
    fields.write("gatewayPriority", gatewayPriority)
  }
}
