import Linux
import Support

/// Why each of a container's usual mounts and devices is there.
enum MountReasons {
  static func fileSystem(_ type: String, _ target: String) -> Text {
    switch (type, target) {
    case ("proc", _):
      Text(
        "process information; a new mount shows only this pid namespace",
        ko: "프로세스 정보. 새로 마운트하면 이 pid 네임스페이스만 보입니다")
    case (_, "/dev"):
      Text(
        "an empty /dev, so that no device of the host is there by accident",
        ko: "빈 /dev로 시작해 호스트의 장치가 우연히 보이지 않게 합니다")
    case ("devpts", _):
      Text(
        "terminals of its own: the container cannot open the host's",
        ko: "자기만의 터미널. 호스트의 터미널을 열 수 없습니다")
    case ("sysfs", _):
      Text(
        "the kernel's view of devices, shown for this network namespace",
        ko: "커널이 보는 장치 정보. 이 네트워크 네임스페이스의 것만 보입니다")
    case ("mqueue", _): Text("POSIX message queues", ko: "POSIX 메시지 큐입니다")
    case (_, "/dev/shm"):
      Text("POSIX shared memory, 64 MB as in Docker", ko: "POSIX 공유 메모리. Docker처럼 64MB입니다")
    case ("tmpfs", _):
      Text("memory, gone with the container", ko: "메모리에만 있고 컨테이너와 함께 사라집니다")
    default: Text("asked for by the specification", ko: "명세가 요구합니다")
    }
  }

  static func bind(_ target: String, _ options: MountOptions) -> Text {
    switch target {
    case "/etc/resolv.conf", "/etc/hosts", "/etc/hostname":
      Text(
        "written for each container, not part of the image",
        ko: "이미지가 아니라 컨테이너마다 따로 만드는 파일입니다")
    default:
      options.flags.contains(.readOnly)
        ? Text(
          "a directory from outside, not writable here: it outlives the container",
          ko: "밖의 디렉터리를 읽기 전용으로 보여 줍니다. 컨테이너보다 오래 남습니다")
        : Text(
          "a directory from outside: what is written there outlives the container",
          ko: "밖의 디렉터리입니다. 여기 쓴 것은 컨테이너보다 오래 남습니다")
    }
  }

  static func device(_ path: String) -> Text {
    switch path {
    case "/dev/null", "/dev/zero", "/dev/full":
      Text("harmless and expected everywhere", ko: "해가 없고 어디서나 필요합니다")
    case "/dev/random", "/dev/urandom":
      Text("random bytes for keys and tokens", ko: "키와 토큰에 쓸 난수입니다")
    case "/dev/tty": Text("the terminal of the process that opens it", ko: "여는 프로세스의 터미널입니다")
    default: Text("asked for with --device", ko: "--device로 요청한 장치입니다")
    }
  }
}
