import Documents
import Linux
import Support

// The last that a node does about a pod: nothing is left of it here, and the API is told that it may go.

extension Kubelet {
  /// Nothing is left of a pod: it may go from the API too. The answer comes later; until then the pod stays
  /// known, since somebody may refuse, or the server may be away.
  func finish(_ pod: JSONValue) {
    if gone.remove(pod.uid) != nil { return dismiss(pod.uid) }
    leaving.insert(pod.uid)
    guard !deletions.values.contains(where: { $0.pod == pod.uid }) else { return }
    guard
      let request = try? client.begin(
        "DELETE", "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)",
        ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
    else { return askAgain(pod.uid) }
    deletions[request.descriptor] = (request, pod.uid)
  }

  /// Takes in the answer as it comes. A pod that is not there is gone, and so is one whose name is now
  /// another's.
  func readDeletion(_ descriptor: Int32) {
    guard let (request, uid) = deletions[descriptor], request.read() else { return }
    deletions[descriptor] = nil
    guard let answer = request.answer else { return askAgain(uid) }
    if answer.isSuccess || answer.status == 404 { return dismiss(uid) }
    if answer.status == 409, answer.body.text("message").contains("UID in precondition") {
      return dismiss(uid)
    }
    askAgain(uid)
  }

  private func dismiss(_ uid: String) {
    // Another one may be made of its file.
    if pods[uid]?.annotations[StaticPods.source] != nil { filesChanged = true }
    pods[uid] = nil
    due[uid] = nil
    asking.remove(uid)
    leaving.remove(uid)
    verdicts[uid] = nil
    gone.remove(uid)
  }

  private func askAgain(_ uid: String) {
    lookAgain(uid, at: wallClockNanoseconds() + 1_000_000_000)
  }
}
