import Support

/// One thing to do to a project. An operation has everything it needs; the executor decides nothing.
package enum ComposeOperation: Sendable, Equatable {
  case createNetwork(key: String, name: String)
  case removeNetwork(name: String)
  case createVolume(key: String, name: String)
  case removeVolume(name: String)
  case buildImage(service: String, image: String)
  case pullImage(service: String, image: String)
  case removeImage(name: String)
  case createContainer(NewContainer)
  case renameContainer(id: String?, from: String, to: String)
  case startContainer(name: String, service: String)
  case stopContainer(name: String, service: String, seconds: Int?)
  case killContainer(name: String, signal: String)
  case pauseContainer(name: String)
  case unpauseContainer(name: String)
  case removeContainer(name: String, volumes: Bool)
  /// Until `service` is as `condition` says.
  case await(
    service: String, condition: Service.Condition, containers: [String], required: Bool = true)
  /// `--wait`: until it runs, and is healthy where it has a check.
  case awaitReady(service: String, containers: [String])
  case restartContainer(name: String, service: String, seconds: Int?)

  /// A container to be made.
  package struct NewContainer: Sendable, Equatable {
    package var service: String
    package var number: Int
    package var name: String
    /// The name of the container whose place it takes, and whose anonymous volumes it keeps.
    package var replaces: String?
    /// Anonymous volumes that go on living, by place.
    package var inherits: [ObservedContainer.MountedVolume] = []
  }
}

extension ComposeOperation: CustomStringConvertible {
  package var description: String { text(.en) }

  /// The container it is about.
  package var container: String? {
    switch self {
    case .createContainer(let new): new.name
    case .renameContainer(_, _, let name): name
    case .startContainer(let name, _), .stopContainer(let name, _, _),
      .killContainer(let name, _), .pauseContainer(let name), .unpauseContainer(let name),
      .removeContainer(let name, _), .restartContainer(let name, _, _):
      name
    default: nil
    }
  }

  /// What is done, in a few words.
  package var text: Text {
    switch self {
    case .createNetwork(_, let name): Text("create network \(name)", ko: "네트워크 만들기 \(name)")
    case .removeNetwork(let name): Text("remove network \(name)", ko: "네트워크 지우기 \(name)")
    case .createVolume(_, let name): Text("create volume \(name)", ko: "볼륨 만들기 \(name)")
    case .removeVolume(let name): Text("remove volume \(name)", ko: "볼륨 지우기 \(name)")
    case .buildImage(_, let image): Text("build image \(image)", ko: "이미지 빌드 \(image)")
    case .pullImage(_, let image): Text("pull image \(image)", ko: "이미지 받기 \(image)")
    case .removeImage(let name): Text("remove image \(name)", ko: "이미지 지우기 \(name)")
    case .createContainer(let new): Self.creation(new)
    case .renameContainer(_, let from, let to):
      Text("rename container \(from) to \(to)", ko: "컨테이너 이름 바꾸기 \(from) → \(to)")
    case .startContainer(let name, _): Text("start container \(name)", ko: "컨테이너 시작 \(name)")
    case .stopContainer(let name, _, _): Text("stop container \(name)", ko: "컨테이너 멈추기 \(name)")
    case .killContainer(let name, let signal):
      Text("send \(signal) to container \(name)", ko: "컨테이너 \(name)에 \(signal) 보내기")
    case .pauseContainer(let name): Text("pause container \(name)", ko: "컨테이너 일시 정지 \(name)")
    case .unpauseContainer(let name):
      Text("unpause container \(name)", ko: "컨테이너 다시 진행 \(name)")
    case .removeContainer(let name, let volumes):
      Text(
        "remove container \(name)" + (volumes ? " and its anonymous volumes" : ""),
        ko: "컨테이너 지우기 \(name)" + (volumes ? "(익명 볼륨도)" : ""))
    case .restartContainer(let name, _, _):
      Text("restart container \(name)", ko: "컨테이너 다시 시작 \(name)")
    case .await(let service, let condition, _, _): Self.waiting(service, condition)
    case .awaitReady(let service, _):
      Text("wait until \(service) is ready", ko: "\(service) 준비 기다리기")
    }
  }

  private static func creation(_ new: NewContainer) -> Text {
    let place = new.replaces.map {
      Text(" in the place of \($0)", ko: "(\($0) 자리에)")
    }
    return Text(
      "create container \(new.name)\(place?.en ?? "")",
      ko: "컨테이너 만들기 \(new.name)\(place?.ko ?? "")")
  }

  private static func waiting(_ service: String, _ condition: Service.Condition) -> Text {
    switch condition {
    case .started: Text("wait until \(service) runs", ko: "\(service) 실행 기다리기")
    case .healthy: Text("wait until \(service) is healthy", ko: "\(service) 정상(healthy) 기다리기")
    case .completed:
      Text("wait until \(service) has ended with 0", ko: "\(service) 정상 종료(0) 기다리기")
    }
  }
}
