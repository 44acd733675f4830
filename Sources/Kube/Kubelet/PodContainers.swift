import Engine
import Linux

/// The containers of a node's pods as the engine has them, kept: read whole once, and then one by one
/// when the engine's journal tells of them.
final class PodContainers {
  private let engine: Engine
  private let feed: EventFeed
  private var byID: [String: ObservedContainer] = [:]
  private var byPod: [String: Set<String>] = [:]

  init(_ engine: Engine) throws {
    self.engine = engine
    // Before the first look, so that nothing falls between.
    feed = try EventFeed(engine, since: nil)
    for record in try engine.containers() { keep(ObservedContainer(record)) }
  }

  /// Becomes readable when something may have changed.
  var descriptor: Int32 { feed.descriptor }

  /// When to look though nothing is told (`monotonicMilliseconds`).
  var nextLook: Int64? { feed.nextLook }

  /// Those of a pod.
  func of(_ uid: String) -> [ObservedContainer] {
    byPod[uid, default: []].compactMap { byID[$0] }.sorted {
      ($0.name, $0.attempt) < ($1.name, $1.attempt)
    }
  }

  func contains(_ id: String) -> Bool { byID[id] != nil }

  subscript(id: String) -> ObservedContainer? { byID[id] }

  /// Those of all pods.
  var all: [ObservedContainer] { Array(byID.values) }

  /// All pods that have any.
  var pods: Set<String> { Set(byPod.keys) }

  /// Takes in what has changed; returns the pods of which something has.
  func catchUp(told: Bool) -> Set<String> {
    feed.looked(told: told)
    var pods: Set<String> = []
    for id in (try? feed.changedContainers()) ?? [] {
      let before = byID[id]
      guard let now = refresh(id) ?? before, before != byID[id] else { continue }
      pods.insert(now.podUID)
    }
    return pods
  }

  /// Looks at one container again; nil when it is gone.
  @discardableResult
  func refresh(_ id: String) -> ObservedContainer? {
    guard let record = try? engine.existing(id) else {
      forget(id)
      return nil
    }
    keep(ObservedContainer(record))
    return byID[id]
  }

  /// Looks again at one whose process has ended. Where its monitor was killed too, nobody writes that
  /// down but us.
  func settle(_ id: String) -> ObservedContainer? {
    guard let record = try? engine.existing(id) else { return refresh(id) }
    if record.state.isActive, !(record.state.monitor?.isAlive ?? false) {
      _ = try? engine.reconcile()
    }
    return refresh(id)
  }

  private func keep(_ observed: ObservedContainer?) {
    guard var observed else { return }
    if observed.state == .exited { observed.message = lastWords(observed) }
    byID[observed.id] = observed
    byPod[observed.podUID, default: []].insert(observed.id)
  }

  /// What a container that has ended wrote into its file, and if it may, the end of its log.
  private func lastWords(_ container: ObservedContainer) -> String {
    if let before = byID[container.id], before.state == .exited { return before.message }
    guard !container.lastWordsFile.isEmpty else { return "" }
    // The container wrote it: whatever it is, no more than the kubelet's limit is read.
    let text = (try? File.end(of: container.lastWordsFile, limit: 4096)) ?? []
    if !text.isEmpty { return String(decoding: text, as: UTF8.self) }
    guard container.usesLog, container.exitCode != 0 else { return "" }
    return logEnd(container.id)
  }

  private func logEnd(_ id: String) -> String {
    guard let record = try? engine.existing(id) else { return "" }
    var wish = LogWish()
    wish.tail = 80
    var text = ""
    try? engine.logs(record, wish) { entry in
      text += entry.text
      return true
    }
    return String(decoding: Array(text.utf8.suffix(2048)), as: UTF8.self)
  }

  private func forget(_ id: String) {
    guard let old = byID.removeValue(forKey: id) else { return }
    byPod[old.podUID]?.remove(id)
    if byPod[old.podUID]?.isEmpty ?? false { byPod[old.podUID] = nil }
  }
}
