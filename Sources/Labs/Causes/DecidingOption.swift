import Support

/// Which option of `docker run` decides a field of `docker inspect`.
enum DecidingOption {
  private static let options: [String: String] = [
    "Config.Tty": "-t", "Config.OpenStdin": "-i", "Config.User": "--user",
    "Config.Hostname": "--hostname", "Config.WorkingDir": "--workdir",
    "Config.Entrypoint": "--entrypoint", "Config.Env": "-e", "Config.Labels": "--label",
    "Config.StopSignal": "--stop-signal", "HostConfig.Memory": "--memory",
    "HostConfig.NanoCpus": "--cpus", "HostConfig.PidsLimit": "--pids-limit",
    "HostConfig.Privileged": "--privileged", "HostConfig.ReadonlyRootfs": "--read-only",
    "HostConfig.RestartPolicy": "--restart", "HostConfig.AutoRemove": "--rm",
    "HostConfig.NetworkMode": "--network", "HostConfig.CapAdd": "--cap-add",
    "HostConfig.CapDrop": "--cap-drop", "HostConfig.Binds": "-v", "HostConfig.Init": "--init",
    "HostConfig.PortBindings": "-p", "Mounts": "-v", "Name": "--name",
  ]

  /// What decides a field, as the beginning of a sentence.
  private static func decides(_ path: String) -> Text? {
    switch path {
    case "Args", "Path", "Config.Cmd":
      return Text(
        "what stands after the image's name is the command", ko: "이미지 이름 뒤에 오는 것이 명령입니다")
    case "Image", "Config.Image":
      return Text(
        "the first word that is no option is the image", ko: "옵션이 아닌 첫 단어가 이미지입니다")
    default: break
    }
    let option =
      options.filter { path == $0.key || path.hasPrefix($0.key + ".") }
      .max { $0.key.count < $1.key.count }?.value
      ?? options.first { path.hasPrefix($0.key + "[") }?.value
    return option.map { Text("the option `\($0)` decides it", ko: "`\($0)` 옵션이 정합니다") }
  }

  /// Why the field at `path` of `container` is what it is.
  static func causes(_ path: String, of container: String, in snapshot: Snapshot) -> [Cause] {
    let creation = snapshot.container(container).flatMap { present in
      snapshot.story.life(of: present).last { $0.kind == "container.create" }
    }
    let line = creation.flatMap { snapshot.story.command(behind: $0) }
    let what =
      decides(path)
      ?? Text(
        "`\(path)` is set when the container is created", ko: "`\(path)`은(는) 컨테이너를 만들 때 정해집니다")
    guard let line else {
      return [
        Cause(
          "value.differs", "\(what.en), when the container is created",
          ko: "\(what.ko). 컨테이너를 만들 때 정해집니다")
      ]
    }
    return [
      Cause(
        "value.differs", "\(what.en), and the command was `\(line)`",
        ko: "\(what.ko). 실행한 명령은 `\(line)`입니다")
    ]
  }
}
