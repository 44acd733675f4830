extension Build: DirectCommand {
  mutating func take(_ line: VerbLine) {
    addHost = line.values("add-host")
    buildArg = line.values("build-arg")
    buildContext = line.values("build-context")
    cacheFrom = line.values("cache-from")
    check = line.isOn("check")
    compress = line.isOn("compress")
    cpuPeriod = line.value("cpu-period")
    cpuQuota = line.value("cpu-quota")
    cpuShares = line.value("cpu-shares")
    cpusetCpus = line.value("cpuset-cpus") ?? ""
    cpusetMems = line.value("cpuset-mems") ?? ""
    dryRun = line.isOn("dry-run")
    explain = line.isOn("explain")
    file = line.value("file")
    forceRm = line.isOn("force-rm")
    iidfile = line.value("iidfile")
    label = line.values("label")
    load = line.isOn("load")
    memory = line.value("memory")
    memorySwap = line.value("memory-swap")
    network = line.value("network") ?? "default"
    noCache = line.isOn("no-cache")
    noCacheFilter = line.values("no-cache-filter")
    output = line.values("output")
    platform = line.value("platform")
    progress = line.value("progress")
    provenance = line.value("provenance")
    pull = line.isOn("pull")
    quiet = line.isOn("quiet")
    rm = line.isOn("rm", unlessGiven: true)
    sbom = line.value("sbom")
    secret = line.values("secret")
    shmSize = line.value("shm-size")
    squash = line.isOn("squash")
    ssh = line.values("ssh")
    tag = line.values("tag")
    target = line.value("target")
    path = line.arguments[0]
  }
}
