import Documents
import Linux
import Support

/// Waits until objects are gone.
struct GoneWait {
  let session: Session
  /// 0 means for ever.
  let seconds: Double

  /// Throws when time is over; another object under the same name counts as gone.
  func wait(_ items: [ResourceItem]) throws {
    let deadline = seconds > 0 ? monotonicMilliseconds() + Int64(seconds * 1000) : Int64.max
    for item in items { try wait(item, until: deadline) }
  }

  private func wait(_ item: ResourceItem, until deadline: Int64) throws {
    while true {
      let current: JSONValue
      do {
        current = try session.get(item.kind, item.name, namespace: item.namespace)
      } catch let error as StatusError where error.isNotFound {
        return
      }
      let uid = item.object.uid
      if !uid.isEmpty && current.uid != uid { return }
      let stream = try WatchStream(
        session.client, item.kind.path(namespace: item.namespace),
        query: [
          ("fieldSelector", "metadata.name=\(item.name)"),
          ("resourceVersion", current.resourceVersion),
        ])
      watching: while true {
        let left = deadline - monotonicMilliseconds()
        guard left > 0 else {
          throw KubectlError(
            "timed out waiting for the condition on \(item.kind.plural)/\(item.name)")
        }
        switch try stream.next(timeout: Int32(clamping: left)) {
        case .event(let event) where event.kind == "DELETED": return
        case .event(let event) where event.kind == "ERROR": break watching
        case .ended: break watching
        default: continue
        }
      }
    }
  }
}
