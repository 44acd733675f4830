import CLinux
import Glibc
import Linux
import Testing

/// The kernel's own interfaces as the way out: devices, control groups, settings.
@Suite(
  "Escapes through the kernel's interfaces", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct EscapeThroughKernelTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  /// Runs a script as root in a container with the usual privileges.
  private func attack(_ script: String, _ flags: [String] = []) -> Sandbox.Output {
    sandbox.run(["run", "--rm"] + flags + ["busybox", "sh", "-c", script])
  }

  @Test(
    "a node of the host's disk cannot be opened, however it was made",
    .enabled(
      if: CgroupLayout.observe().hierarchy(of: "devices") != nil
        || CgroupLayout.observe().kind == .v2, "needs control of devices"))
  func disk() {
    defer { sandbox.close() }
    var info = stat()
    stat("/", &info)
    let (major, minor) = (dk_major(UInt64(info.st_dev)), dk_minor(UInt64(info.st_dev)))
    let made = attack(
      "mknod /tmp/disk b \(major) \(minor) && echo made; head -c 1 /tmp/disk | wc -c; "
        + "mknod /tmp/memory c 1 1; head -c 1 /tmp/memory && echo read")
    // Making a node is allowed, as docker allows it; opening it is not.
    #expect(made.lines == ["made", "0"], "\(made)")
    #expect(made.errors.contains("Operation not permitted"), "\(made)")
  }

  @Test("no release_agent can be set, in a new user namespace neither (CVE-2022-0492)")
  func releaseAgent() {
    defer { sandbox.close() }
    let agents = CgroupLayout.observe().hierarchies.map { $0.base + "/release_agent" }
    let before = agents.map { try? File.text($0) }
    let result = attack(
      """
      mkdir /tmp/group
      for controller in memory rdma misc pids cpu; do
        mount -t cgroup -o $controller cgroup /tmp/group && echo mounted
        unshare -UrmC mount -t cgroup -o $controller cgroup /tmp/group && echo mounted
      done
      for file in /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent; do
        echo /evil > $file && echo written
      done
      """)
    #expect(result.output == "", "\(result)")
    #expect(agents.map { try? File.text($0) } == before)
  }

  @Test("the kernel's settings can be read and not written, nor made writable")
  func settings() {
    defer { sandbox.close() }
    let files = [
      "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/panic_on_oom",
      "/proc/sys/fs/binfmt_misc/register", "/proc/sysrq-trigger", "/proc/irq/0/smp_affinity",
      "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/run", "/sys/power/state",
    ]
    let before = files.map { try? File.text($0, limit: 4096) }
    let result = attack(
      """
      for place in / /proc /proc/sys /sys; do
        mount -o remount,rw $place && echo remounted $place
        mount -o remount,bind,rw $place && echo remounted $place
        umount $place && echo unmounted $place
      done
      mkdir /tmp/proc; mount -t proc proc /tmp/proc && echo mounted
      mount -t sysfs sysfs /tmp/proc && echo mounted
      for file in \(files.joined(separator: " ")); do
        [ -e $file ] && echo h > $file && echo written $file
      done
      """)
    #expect(result.output == "", "\(result)")
    #expect(files.map { try? File.text($0, limit: 4096) } == before)
  }

  @Test(
    "no setting's name leads to the host's own settings",
    arguments: [
      "net.//.kernel.ostype", "net..//.kernel.ostype", "fs.mqueue.//.//.kernel.ostype",
      "net/../kernel/ostype", "kernel.ostype",
    ])
  func settingNames(name: String) throws {
    defer { sandbox.close() }
    // Nobody may write this one: who gets as far as trying is told so by the kernel.
    let result = sandbox.run(["run", "--rm", "--sysctl", "\(name)=evil", "busybox", "true"])
    #expect(result.status == 125, "\(result)")
    #expect(!result.errors.contains("/proc/sys"), "\(result)")
  }

  @Test("what tells of the host's kernel and keys is covered") func covered() {
    defer { sandbox.close() }
    let result = attack(
      "cat /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug | wc -c; "
        + "ls /proc/acpi /proc/scsi /sys/firmware | grep -v :")
    #expect(result.lines.first == "0", "\(result)")
    #expect(result.lines.dropFirst().allSatisfy { $0.isEmpty }, "\(result)")
  }

  @Test(
    "neither new user namespaces nor other kernel doors open",
    arguments: [
      "unshare -U true", "unshare -m true", "unshare -n true", "nsenter -t 1 -m true",
      "chroot /proc/1/root true && false", "swapon /dev/zero",
      "hostname evil", "insmod /bin/busybox", "reboot -f", "losetup /dev/loop0 /bin/busybox",
    ])
  func doors(_ command: String) {
    defer { sandbox.close() }
    let result = attack("\(command) && echo open")
    #expect(!result.output.contains("open"), "\(result)")
  }

  @Test("another's container is out of sight and reach") func neighbours() {
    defer { sandbox.close() }
    sandbox.run("run -d --name other busybox sleep 1000")
    let pid = sandbox.run("inspect -f {{.State.Pid}} other").text
    let result = attack(
      "ls /proc/\(pid); kill -9 \(pid) && echo killed; ls /proc | grep -c '^[0-9]'")
    #expect(!result.output.contains("killed"), "\(result)")
    #expect(sandbox.run("inspect -f {{.State.Running}} other").text == "true")
  }
}
