// The default profile: what a container may ask of the kernel.
//
// It is an allow list with the effect of Docker's default profile, arranged for reading: first
// what every program may call, by purpose, then the groups that depend on something, each with its
// reason. What is on no list fails with EPERM. Worth noticing by their absence: keyctl (kernel
// keyrings have no namespace), userfaultfd (made many exploits reliable), io_uring_* (a second,
// younger way to everything, which skips this filter), kexec_load, swapon, pivot_root, nfsservctl.
//
// A name that this machine's libseccomp or architecture does not have is skipped, so 32-bit names
// (chown32, clock_gettime64) and those of other processors stand beside the ordinary ones.
//
// In a container, `unshare --user true` shows one of them: Operation not permitted.

extension SeccompProfile {
  // lab: seccomp-default
  /// The profile of a container for which nothing else was asked.
  package static let dockerDefault = SeccompProfile(
    defaultAction: .errno, defaultErrno: 1,
    architectureMap: [
      ArchitectureFamily("SCMP_ARCH_X86_64", ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]),
      ArchitectureFamily("SCMP_ARCH_AARCH64", ["SCMP_ARCH_ARM"]),
      ArchitectureFamily("SCMP_ARCH_S390X", ["SCMP_ARCH_S390"]),
      ArchitectureFamily("SCMP_ARCH_RISCV64"),
      ArchitectureFamily("SCMP_ARCH_LOONGARCH64"),
    ],
    rules: [Rule(always)] + tracing + socketFamilies + personalities + newProcesses
      + byCapability + byArchitecture)

  /// What every program may call.
  private static let always = words(
    """
    open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv
    preadv2 pwritev pwritev2 lseek _llseek sendfile sendfile64 splice tee vmsplice copy_file_range
    readahead fadvise64 fadvise64_64 fallocate truncate truncate64 ftruncate ftruncate64 fsync
    fdatasync sync syncfs sync_file_range flock fcntl fcntl64 ioctl dup dup2 dup3 pipe pipe2
    memfd_create memfd_secret

    stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx access faccessat faccessat2
    chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32 umask
    utime utimes futimesat utimensat utimensat_time64 getxattr lgetxattr fgetxattr getxattrat
    setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr listxattrat removexattr
    lremovexattr fremovexattr removexattrat name_to_handle_at

    getcwd chdir fchdir getdents getdents64 mkdir mkdirat rmdir mknod mknodat link linkat symlink
    symlinkat readlink readlinkat rename renameat renameat2 unlink unlinkat statfs statfs64 fstatfs
    fstatfs64 listmount statmount inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
    fanotify_mark

    brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock
    munlockall mseal membarrier pkey_alloc pkey_free pkey_mprotect remap_file_pages map_shadow_stack
    cachestat process_mrelease

    execve execveat exit exit_group fork vfork wait4 waitid waitpid getpid getppid gettid getpgid
    getpgrp setpgid getsid setsid set_tid_address set_robust_list get_robust_list rseq
    restart_syscall pidfd_open pidfd_send_signal get_thread_area set_thread_area futex futex_time64
    futex_wait futex_waitv futex_wake futex_requeue

    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32
    getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32
    setregid setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid
    setfsgid32 setgroups setgroups32 capget capset prctl seccomp landlock_create_ruleset
    landlock_add_rule landlock_restrict_self

    kill tkill tgkill pause sigaltstack sigprocmask sigreturn signalfd signalfd4 rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
    rt_sigtimedwait_time64 rt_tgsigqueueinfo

    time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
    clock_nanosleep_time64 clock_adjtime clock_adjtime64 adjtimex nanosleep alarm getitimer
    setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
    timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime
    timerfd_settime64 times

    bind connect listen accept accept4 socketpair getsockname getpeername getsockopt setsockopt
    shutdown send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 socketcall

    poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1
    epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2
    io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64

    ipc shmget shmat shmctl shmdt semget semop semctl semtimedop semtimedop_time64 msgget msgsnd
    msgrcv msgctl mq_open mq_unlink mq_notify mq_getsetattr mq_timedsend mq_timedsend_time64
    mq_timedreceive mq_timedreceive_time64

    sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam
    sched_setparam sched_getscheduler sched_setscheduler sched_get_priority_max
    sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64 getpriority
    setpriority ioprio_get ioprio_set getcpu getrlimit ugetrlimit setrlimit prlimit64 getrusage
    uname sysinfo getrandom uretprobe riscv_hwprobe
    """)

  /// Debuggers may look into processes of the same container. Before Linux 4.8 a traced process
  /// could change its system call after the filter had passed it, so there they may not.
  private static let tracing = [
    Rule(
      ["ptrace", "process_vm_readv", "process_vm_writev"],
      includes: Condition(minimumKernel: "4.8"))
  ]

  /// Every kind of socket but two: AF_ALG (38), the kernel's crypto interface with its history of
  /// exploits, and AF_VSOCK (40), which reaches the hypervisor past the network namespace.
  private static let socketFamilies = [
    Rule(["socket"], arguments: [Argument(0, .less, 38)]),
    Rule(["socket"], arguments: [Argument(0, .equal, 39)]),
    Rule(["socket"], arguments: [Argument(0, .greater, 40)]),
  ]

  /// Execution domains that do no harm: Linux, 32-bit Linux (8), either with the old uname
  /// (0x20000), and the question what is set (-1). Not those that switch off address randomisation
  /// (ADDR_NO_RANDOMIZE) or allow pages at address zero (MMAP_PAGE_ZERO).
  private static let personalities = [0, 0x8, 0x20000, 0x20008, 0xffff_ffff].map {
    Rule(["personality"], arguments: [Argument(0, .equal, $0)])
  }

  /// clone(2) makes processes and threads but, without CAP_SYS_ADMIN, no namespaces: inside a user
  /// namespace of its own a process would hold every capability again and reach much more of the
  /// kernel. The mask is every CLONE_NEW… flag but CLONE_NEWTIME, whose bit is not clone(2)'s.
  /// clone3(2) passes its flags in memory, where a filter cannot look, so it "does not exist"
  /// (ENOSYS) and the C library falls back to clone(2). On s390 the flags are the second argument.
  private static let newProcesses = [
    Rule(
      ["clone"], arguments: [Argument(0, .maskedEqual, namespaceFlags)],
      excludes: Condition(capabilities: ["CAP_SYS_ADMIN"], architectures: ["s390", "s390x"])),
    Rule(
      ["clone"], arguments: [Argument(1, .maskedEqual, namespaceFlags)],
      includes: Condition(architectures: ["s390", "s390x"]),
      excludes: Condition(capabilities: ["CAP_SYS_ADMIN"])),
    Rule(
      ["clone3"], .errno, errno: 38, excludes: Condition(capabilities: ["CAP_SYS_ADMIN"])),
  ]

  private static let namespaceFlags: UInt64 = 0x7e02_0000

  /// A call that needs a capability is of no use without it, and one attack surface less.
  private static let byCapability = [
    // Any file by its inode number, past the container's root directory ("shocker", 2014).
    rule("CAP_DAC_READ_SEARCH", "open_by_handle_at"),
    // Mounting, entering and making namespaces, naming the host, kernel-wide tracing.
    rule(
      "CAP_SYS_ADMIN",
      """
      mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick setns
      unshare clone clone3 sethostname setdomainname bpf perf_event_open fanotify_init
      lookup_dcookie quotactl quotactl_fd syslog lsm_get_self_attr lsm_set_self_attr
      lsm_list_modules
      """),
    rule("CAP_SYS_BOOT", "reboot"),
    // A second chroot(2) is the classic way out of a first one.
    rule("CAP_SYS_CHROOT", "chroot"),
    rule("CAP_SYS_MODULE", "init_module finit_module delete_module"),
    rule("CAP_SYS_PACCT", "acct"),
    // Looking into processes of other users, and taking their descriptors.
    rule(
      "CAP_SYS_PTRACE",
      "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd"),
    rule("CAP_SYS_RAWIO", "iopl ioperm"),
    // The clock is the whole machine's.
    rule("CAP_SYS_TIME", "settimeofday stime clock_settime clock_settime64"),
    rule("CAP_SYS_TTY_CONFIG", "vhangup"),
    // Where memory lies on a machine with several nodes.
    rule("CAP_SYS_NICE", "get_mempolicy set_mempolicy mbind set_mempolicy_home_node"),
    rule("CAP_SYSLOG", "syslog"),
    rule("CAP_BPF", "bpf"),
    rule("CAP_PERFMON", "perf_event_open"),
  ]

  /// Calls that only some processors have, and that their C libraries need.
  private static let byArchitecture = [
    // Thread-local storage, segment registers.
    Rule(["arch_prctl"], includes: Condition(architectures: ["amd64", "x32"])),
    Rule(["modify_ldt"], includes: Condition(architectures: ["amd64", "x32", "x86"])),
    Rule(
      words(
        """
        arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls
        """),
      includes: Condition(architectures: ["arm", "arm64"])),
    Rule(
      ["sync_file_range2", "swapcontext"], includes: Condition(architectures: ["ppc64le"])),
    Rule(
      ["s390_pci_mmio_read", "s390_pci_mmio_write", "s390_runtime_instr"],
      includes: Condition(architectures: ["s390", "s390x"])),
    Rule(["riscv_flush_icache"], includes: Condition(architectures: ["riscv64"])),
  ]

  private static func rule(_ capability: String, _ names: String) -> Rule {
    Rule(words(names), includes: Condition(capabilities: [capability]))
  }

  private static func words(_ text: String) -> [String] {
    // On bytes, not on characters: this runs at every start of a container.
    text.utf8.split { $0 <= UInt8(ascii: " ") }.map { String(Substring($0)) }
  }
}
