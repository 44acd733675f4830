import Support

extension Capability {
  /// What the capability allows, in one line.
  package var purpose: Text {
    switch self {
    case .chown: Text("change the owner of any file", ko: "모든 파일의 소유자를 바꿉니다")
    case .dacOverride:
      Text("ignore file permission bits", ko: "파일 권한 비트(rwx) 검사를 건너뜁니다")
    case .dacReadSearch:
      Text(
        "read any file and search any directory, whatever the permission bits say",
        ko: "권한 비트와 관계없이 모든 파일을 읽고 디렉터리를 탐색합니다")
    case .fowner:
      Text("act as the owner of any file", ko: "모든 파일에 대해 소유자처럼 행동합니다")
    case .fsetid:
      Text(
        "keep the set-user-ID and set-group-ID bits when a file changes",
        ko: "파일이 바뀌어도 setuid·setgid 비트를 유지합니다")
    case .kill:
      Text("send signals to processes of other users", ko: "다른 사용자의 프로세스에 시그널을 보냅니다")
    case .setgid: Text("take on any group", ko: "임의의 그룹으로 전환합니다")
    case .setuid: Text("take on any user", ko: "임의의 사용자로 전환합니다")
    case .setpcap:
      Text(
        "drop bounding-set capabilities and pass own ones on",
        ko: "한계 집합에서 권한을 빼고 자신의 권한을 물려줍니다")
    case .linuxImmutable:
      Text(
        "set the immutable and append-only file attributes", ko: "파일의 변경 금지·추가 전용 속성을 설정합니다")
    case .netBindService: Text("bind ports below 1024", ko: "1024 미만의 포트를 엽니다")
    case .netBroadcast:
      Text("broadcast and listen to multicast", ko: "브로드캐스트를 보내고 멀티캐스트를 받습니다")
    case .netAdmin:
      Text(
        "configure interfaces, routes and firewalls", ko: "네트워크 인터페이스, 라우팅, 방화벽을 설정합니다")
    case .netRaw: Text("open raw and packet sockets", ko: "원시(raw) 소켓과 패킷 소켓을 엽니다")
    case .ipcLock: Text("lock memory beyond the limit", ko: "제한을 넘어 메모리를 잠급니다")
    case .ipcOwner:
      Text(
        "ignore the permissions of System V IPC objects", ko: "System V IPC 객체의 권한 검사를 건너뜁니다")
    case .sysModule: Text("load and unload kernel modules", ko: "커널 모듈을 올리고 내립니다")
    case .sysRawio:
      Text("access I/O ports and raw memory", ko: "입출력 포트와 물리 메모리에 직접 접근합니다")
    case .sysChroot:
      Text(
        "use chroot and change mount namespaces", ko: "chroot를 쓰고 마운트 네임스페이스를 바꿉니다")
    case .sysPtrace: Text("trace any process", ko: "모든 프로세스를 추적(ptrace)합니다")
    case .sysPacct: Text("switch process accounting", ko: "프로세스 회계 기록을 켜고 끕니다")
    case .sysAdmin:
      Text(
        "mount, make namespaces and much else: close to full root",
        ko: "마운트, 네임스페이스 생성 등 매우 넓은 관리 작업을 합니다. 사실상 root에 가깝습니다")
    case .sysBoot: Text("reboot and load a new kernel", ko: "재부팅하고 새 커널을 적재합니다")
    case .sysNice:
      Text("raise priorities and bind to processors", ko: "우선순위를 높이고 CPU 배치를 바꿉니다")
    case .sysResource: Text("exceed resource limits", ko: "자원 제한(rlimit, 할당량)을 넘습니다")
    case .sysTime: Text("set the system clock", ko: "시스템 시계를 맞춥니다")
    case .sysTtyConfig: Text("configure terminals", ko: "가상 터미널을 설정합니다")
    case .mknod: Text("make device files", ko: "장치 파일을 만듭니다")
    case .lease: Text("take leases on any file", ko: "모든 파일에 임대(lease)를 설정합니다")
    case .auditWrite: Text("write to the kernel's audit log", ko: "커널 감사 로그에 기록합니다")
    case .auditControl: Text("configure kernel auditing", ko: "커널 감사를 설정합니다")
    case .setfcap: Text("give capabilities to files", ko: "파일에 권한(capability)을 부여합니다")
    case .macOverride:
      Text("ignore mandatory access control", ko: "강제 접근 제어(MAC)를 건너뜁니다")
    case .macAdmin: Text("configure mandatory access control", ko: "강제 접근 제어(MAC)를 설정합니다")
    case .syslog: Text("read and clear the kernel log", ko: "커널 로그를 읽고 지웁니다")
    case .wakeAlarm:
      Text("set timers that wake a sleeping system", ko: "잠든 시스템을 깨우는 타이머를 설정합니다")
    case .blockSuspend: Text("keep the system from suspending", ko: "시스템이 절전에 들어가지 못하게 합니다")
    case .auditRead: Text("read the audit log", ko: "감사 로그를 읽습니다")
    case .perfmon: Text("observe performance system-wide", ko: "시스템 전체의 성능을 관찰합니다")
    case .bpf: Text("load privileged BPF programs", ko: "특권 BPF 프로그램을 적재합니다")
    case .checkpointRestore:
      Text("checkpoint and restore processes", ko: "프로세스를 저장(checkpoint)하고 복원합니다")
    }
  }
}
