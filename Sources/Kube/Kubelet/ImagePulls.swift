// Images on their way to the node, each in another process (PullProcess.swift). One transfer serves all
// containers that want the image, and nobody else waits for it.

import Documents
import Engine
import Images
import Linux
import Support

extension PodExecutor {
  /// An image that is on its way.
  struct Pull {
    let transfer: Transfer
    let reference: Reference
    /// As the pods write it.
    let name: String
    /// Nanoseconds since 1970.
    let began: Int64
    var waiting: [(pod: JSONValue, container: String)]
  }

  /// The image of a container; nil while it is on its way: `hearPull` tells of its arrival.
  func pull(_ container: JSONValue, _ pod: JSONValue) throws -> Image? {
    let (name, title) = (container.text("image"), container.text("name"))
    do {
      let policy = container.text("imagePullPolicy")
      if let image = try presentImage(name, policy: policy) {
        guard arrived.remove(Self.key(pod, title)) == nil else { return image }
        note(
          pod, "Pulled", "Container image \"\(name)\" already present on machine", container: title)
        return image
      }
      if let place = pulls.first(where: { $0.value.name == name })?.key {
        note(pod, "Pulling", "Pulling image \"\(name)\"", container: title)
        pulls[place]?.waiting.append((pod, title))
        return nil
      }
      let reference = try Reference(name)
      switch try engine.images().beginPull(reference, progress: { _ in }) {
      case .done(let image):
        note(
          pod, "Pulled", "Container image \"\(name)\" already present on machine", container: title)
        return image
      case .underWay(let transfer):
        note(pod, "Pulling", "Pulling image \"\(name)\"", container: title)
        pulls[transfer.descriptor] = Pull(
          transfer: transfer, reference: reference, name: name, began: wallClockNanoseconds(),
          waiting: [(pod, title)])
        return nil
      }
    } catch let error as DklabError {
      throw pullFailure(error, name, pod, title, policy: container.text("imagePullPolicy"))
    }
  }

  /// Whether a container waits for an image that is on its way.
  func isPulling(_ pod: JSONValue, _ container: String) -> Bool {
    pulls.values.contains { pull in
      pull.waiting.contains { $0.pod.uid == pod.uid && $0.container == container }
    }
  }

  private static func key(_ pod: JSONValue, _ container: String) -> String {
    "\(pod.uid)/\(container)"
  }

  private func pullFailure(
    _ error: DklabError, _ name: String, _ pod: JSONValue, _ container: String, policy: String
  ) -> ConfigurationError {
    if policy == "Never" {
      return ConfigurationError(
        reason: "ErrImageNeverPull",
        message: "Container image \"\(name)\" is not present with pull policy of Never")
    }
    let message = "Failed to pull image \"\(name)\": \(error.message.en)"
    note(pod, "Failed", message, container: container, isWarning: true)
    return ConfigurationError(reason: "ErrImagePull", message: message)
  }

  /// Takes in what a transfer says. Returns the pods that waited for it once it has ended, well or not;
  /// those that `exists` does not know any more are left out.
  func hearPull(_ descriptor: Int32, exists: (_ uid: String) -> Bool) -> [JSONValue] {
    guard let pull = pulls[descriptor] else { return [] }
    var image: Image?
    var failure: DklabError?
    do {
      if try pull.transfer.hear({ _ in }) { return [] }
      image = try engine.images().endPull(pull.reference, pull.transfer)
    } catch {
      failure =
        error as? DklabError
        ?? DklabError(.internal, id: "image.pull", Text("\(error)", ko: "\(error)"))
    }
    pulls[descriptor] = nil
    let waiting = pull.waiting.filter { exists($0.pod.uid) }
    for (pod, container) in waiting {
      if let image {
        let time = Self.goDuration(milliseconds: (wallClockNanoseconds() - pull.began) / 1_000_000)
        note(
          pod, "Pulled",
          "Successfully pulled image \"\(pull.name)\" in \(time) (\(time) including waiting). "
            + "Image size: \(image.size) bytes.", container: container)
        arrived.insert(Self.key(pod, container))
      } else if let failure {
        attempt(pod, container) {
          throw pullFailure(failure, pull.name, pod, container, policy: "")
        }
      }
    }
    return waiting.map(\.pod)
  }

  /// As Go prints a duration that is cut to milliseconds: `5ms`, `1.25s`, `2m3.004s`.
  static func goDuration(milliseconds: Int64) -> String {
    guard milliseconds >= 1000 else { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000)
    var fraction = String(String(1000 + rest % 1000).dropFirst())
    while fraction.last == "0" { fraction.removeLast() }
    let seconds = "\(rest / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)") + "s"
    return minutes >= 60
      ? "\(minutes / 60)h\(minutes % 60)m\(seconds)"
      : minutes > 0 ? "\(minutes)m\(seconds)" : seconds
  }
}
