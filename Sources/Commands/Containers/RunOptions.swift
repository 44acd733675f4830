import ArgumentParser

/// The flags that `run` and `create` share. Values are read by `RunOptions+Spec.swift`.
struct RunOptions: ParsableArguments {
  @Option(name: .long, help: "Add a custom host-to-IP mapping (host:ip)") var addHost: [String] = []
  @Option(name: .long, help: "Add an annotation to the container (passed to the OCI runtime)")
  var annotation: [String] = []
  @Option(name: .shortAndLong, help: "Attach to STDIN, STDOUT or STDERR") var attach: [String] = []
  @Option(help: "Block IO (relative weight), between 10 and 1000, or 0 to disable")
  var blkioWeight: String?
  @Option(help: "Block IO weight (relative device weight)") var blkioWeightDevice: [String] = []
  @Option(name: .long, help: "Add Linux capabilities") var capAdd: [String] = []
  @Option(name: .long, help: "Drop Linux capabilities") var capDrop: [String] = []
  @Option(help: "Cgroup namespace to use (private)") var cgroupns = ""
  @Option(name: .long, help: "Write the container ID to the file") var cidfile: String?
  @Option(name: .long, help: "Limit CPU CFS period") var cpuPeriod: String?
  @Option(name: .long, help: "Limit CPU CFS quota") var cpuQuota: String?
  @Option(name: [.customShort("c"), .long], help: "CPU shares (relative weight)")
  var cpuShares: String?
  @Option(name: .long, help: "Number of CPUs") var cpus: String?
  @Option(name: .long, help: "CPUs in which to allow execution (0-3, 0,1)") var cpusetCpus = ""
  @Option(name: .long, help: "MEMs in which to allow execution (0-3, 0,1)") var cpusetMems = ""
  @Option(name: .long, help: "Add a host device to the container") var device: [String] = []
  @Option(help: "Add a rule to the cgroup allowed devices list") var deviceCgroupRule: [String] = []
  @Option(help: "Limit read rate (bytes per second) from a device") var deviceReadBps: [String] = []
  @Option(help: "Limit read rate (IO per second) from a device") var deviceReadIops: [String] = []
  @Option(help: "Limit write rate (bytes per second) to a device") var deviceWriteBps: [String] = []
  @Option(help: "Limit write rate (IO per second) to a device") var deviceWriteIops: [String] = []
  @Flag(inversion: .prefixedNo, help: "Skip image verification") var disableContentTrust = true
  @Option(name: .long, help: "Set custom DNS servers") var dns: [String] = []
  @Option(name: .long, help: "Set DNS options") var dnsOption: [String] = []
  @Option(name: .long, help: "Set custom DNS search domains") var dnsSearch: [String] = []
  @Option(name: .long, help: "Container NIS domain name") var domainname: String?
  @Option(name: .long, help: "Overwrite the default ENTRYPOINT of the image")
  var entrypoint: String?
  @Option(name: .shortAndLong, help: "Set environment variables") var env: [String] = []
  @Option(name: .long, help: "Read in a file of environment variables") var envFile: [String] = []
  @Option(name: .long, help: "Expose a port or a range of ports") var expose: [String] = []
  @Option(name: .long, help: "Add additional groups to join") var groupAdd: [String] = []
  @Option(name: .long, help: "Command to run to check health") var healthCmd: String?
  @Option(name: .long, help: "Time between running the check (ms|s|m|h)") var healthInterval:
    String?
  @Option(name: .long, help: "Consecutive failures needed to report unhealthy")
  var healthRetries: String?
  @Option(name: .long, help: "Time between running the check during the start period")
  var healthStartInterval: String?
  @Option(name: .long, help: "Start period for the container to initialize before failures count")
  var healthStartPeriod: String?
  @Option(name: .long, help: "Maximum time to allow one check to run") var healthTimeout: String?
  @Option(name: .shortAndLong, help: "Container host name") var hostname: String?
  @Flag(name: .long, help: "Run an init inside the container that forwards signals and reaps")
  var `init` = false
  @Flag(name: .shortAndLong, help: "Keep STDIN open even if not attached") var interactive = false
  @Option(name: .long, help: "IPv4 address (e.g., 172.30.100.104)") var ip: String?
  @Option(name: .long, help: "IPv6 address (e.g., 2001:db8::33)") var ip6: String?
  @Option(name: .long, help: "IPC mode to use") var ipc = ""
  @Option(help: "Container isolation technology (default)") var isolation = ""
  @Option(name: .shortAndLong, help: "Set meta data on a container") var label: [String] = []
  @Option(name: .long, help: "Read in a line delimited file of labels") var labelFile: [String] = []
  @Option(name: .long, help: "Add link to another container") var link: [String] = []
  @Option(name: .long, help: "Container MAC address (e.g., 92:d0:c6:0a:29:33)")
  var macAddress: String?
  @Option(name: .long, help: "Logging driver for the container (json-file, none)")
  var logDriver: String?
  @Option(name: .long, help: "Log driver options (max-size, max-file, labels, env, tag)")
  var logOpt: [String] = []
  @Option(name: .shortAndLong, help: "Memory limit") var memory: String?
  @Option(name: .long, help: "Memory soft limit") var memoryReservation: String?
  @Option(name: .long, help: "Swap limit equal to memory plus swap: '-1' to enable unlimited swap")
  var memorySwap: String?
  @Option(help: "Tune container memory swappiness (0 to 100)") var memorySwappiness: String?
  @Option(name: .long, help: "Attach a filesystem mount to the container") var mount: [String] = []
  @Option(name: .long, help: "Assign a name to the container") var name: String?
  @Option(name: .long, help: "Connect a container to a network") var network: [String] = []
  @Option(name: .long, help: "Add network-scoped alias for the container")
  var networkAlias: [String] = []
  @Flag(name: .long, help: "Disable any container-specified HEALTHCHECK") var noHealthcheck = false
  @Flag(name: .long, help: "Disable OOM Killer") var oomKillDisable = false
  @Option(name: .long, help: "Tune host's OOM preferences (-1000 to 1000)")
  var oomScoreAdj: String?
  @Option(name: .long, help: "PID namespace to use") var pid = ""
  @Option(name: .long, help: "Tune container pids limit (set -1 for unlimited)")
  var pidsLimit: String?
  @Option(help: "Set platform if server is multi-platform capable") var platform: String?
  @Flag(name: .long, help: "Give extended privileges to this container") var privileged = false
  @Option(name: .shortAndLong, help: "Publish a container's port(s) to the host")
  var publish: [String] = []
  @Flag(name: [.customShort("P"), .long], help: "Publish all exposed ports to random ports")
  var publishAll = false
  @Option(name: .long, help: "Pull image before running (always, missing, never)")
  var pull = "missing"
  @Flag(name: .shortAndLong, help: "Suppress the pull output") var quiet = false
  @Flag(name: .long, help: "Mount the container's root filesystem as read only") var readOnly =
    false
  @Option(name: .long, help: "Restart policy to apply when a container exits") var restart = "no"
  @Flag(name: .long, help: "Automatically remove the container when it exits") var rm = false
  @Option(help: "Runtime to use for this container (dklab)") var runtime = ""
  @Option(name: .long, help: "Security Options") var securityOpt: [String] = []
  @Option(name: .long, help: "Size of /dev/shm") var shmSize: String?
  @Option(name: .long, help: "Signal to stop the container") var stopSignal: String?
  @Option(name: .long, help: "Timeout (in seconds) to stop a container") var stopTimeout: String?
  @Option(name: .long, help: "Sysctl options") var sysctl: [String] = []
  @Option(name: .long, help: "Mount a tmpfs directory") var tmpfs: [String] = []
  @Flag(name: .shortAndLong, help: "Allocate a pseudo-TTY") var tty = false
  @Option(name: .long, help: "Ulimit options") var ulimit: [String] = []
  @Option(name: .shortAndLong, help: "Username or UID (format: <name|uid>[:<group|gid>])")
  var user: String?
  @Option(name: .long, help: "User namespace to use") var userns = ""
  @Option(name: .long, help: "UTS namespace to use") var uts = ""
  @Option(name: .shortAndLong, help: "Bind mount a volume") var volume: [String] = []
  @Option(help: "Optional volume driver for the container (local)") var volumeDriver = ""
  @Option(name: .long, help: "Mount volumes from the specified container(s)")
  var volumesFrom: [String] = []
  @Option(name: .shortAndLong, help: "Working directory inside the container") var workdir: String?
}
