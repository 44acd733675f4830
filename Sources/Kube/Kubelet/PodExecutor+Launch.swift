import Documents
import Engine
import Glibc
import Images
import Linux
import Runtime
import Support

extension PodExecutor {
  /// A container that has been handed to its monitor and does not run yet.
  struct Launch {
    let monitor: MonitorClient
    let id: String
    let name: String
    let pod: JSONValue
  }

  /// How many may be on their way at once: more would only get in each other's way.
  static let limit = 2 + SystemUsage.processors

  var hasRoom: Bool { launches.count < Self.limit }

  /// Whether a container of a pod is on its way, or its image, or it holds up the next one with its
  /// `postStart`.
  func isStarting(_ uid: String) -> Bool {
    launches.values.contains { $0.pod.uid == uid }
      || pulls.values.contains { $0.waiting.contains { $0.pod.uid == uid } }
      || containers.of(uid).contains { hooks.isRunning(.postStart, of: $0.id) }
  }

  /// Whether a container runs and has not quite started: its monitor has not said so yet, or its
  /// `postStart` is under way.
  func isBeginning(_ id: String) -> Bool {
    launches.values.contains { $0.id == id } || hooks.isRunning(.postStart, of: id)
  }

  func launch(
    _ pod: JSONValue, _ spec: ContainerSpec, _ image: Image, _ name: String, attempt: Int
  ) throws {
    let old = containers.of(pod.uid).filter { $0.name == name && $0.attempt == attempt }
    for container in old { carryOut(.remove(id: container.id), pod) }
    let title = ContainerTranslation.engineName(pod, name, attempt: attempt)
    let record = try engine.create(spec, image: image, name: title, startsNow: true) { title }
    if name != ObservedContainer.sandbox {
      note(pod, "Created", "Created container: \(name)", container: name)
    }
    // What could not be started is there too, and says why.
    defer { containers.refresh(record.id) }
    let monitor = try engine.start(record, image: image)
    launches[monitor.descriptorNumber] = Launch(
      monitor: monitor, id: record.id, name: name, pod: pod)
    if let pid = (try? engine.existing(record.id))?.state.monitor?.pid { monitors.insert(pid) }
  }

  /// Takes in what a monitor says; returns the pod once its container runs or has failed.
  func hear(_ descriptor: Int32) -> JSONValue? {
    guard let launch = launches[descriptor] else { return nil }
    let frames = try? launch.monitor.receiveAvailable()
    for frame in frames ?? [] {
      switch frame.kind {
      case .started:
        end(descriptor)
        didStart(launch)
        return launch.pod
      case .failed:
        end(descriptor)
        let failure = MonitorClient.failure(frame)
        note(
          launch.pod, "Failed",
          "Error: failed to start container \"\(launch.name)\": "
            + failure.message, container: launch.name, isWarning: true)
        return launch.pod
      default: continue
      }
    }
    if frames != nil { return nil }
    // The monitor was killed before it could say anything.
    end(descriptor)
    carryOut(.remove(id: launch.id), launch.pod)
    attempt(launch.pod, launch.name) {
      throw SyscallError("launch", launch.name, errno: ECONNRESET)
    }
    return launch.pod
  }

  private func end(_ descriptor: Int32) {
    if let launch = launches.removeValue(forKey: descriptor) { containers.refresh(launch.id) }
  }

  private func didStart(_ launch: Launch) {
    guard launch.name != ObservedContainer.sandbox else { return }
    note(launch.pod, "Started", "Started container \(launch.name)", container: launch.name)
    guard let container = Self.container(launch.name, of: launch.pod) else { return }
    let begun = hooks.begin(
      .postStart, of: container, id: launch.id, place: place(of: launch.pod))
    if begun == false {
      finish(
        .init(container: launch.id, kind: .postStart, succeeded: false, output: ""),
        launch.pod)
    }
  }

  /// Lets go of monitors that have ended.
  func reap() {
    for pid in monitors where waitpid(pid, nil, WNOHANG) != 0 { monitors.remove(pid) }
  }
}
