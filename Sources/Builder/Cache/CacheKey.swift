// What the result of a step depends on, as one hash: what it does, the layers it does it on, and the
// files it reads by their content. What it does not depend on stays out: comments, times of files,
// the name of the stage, proxies, the values of secrets.

import Images
import Support

import struct Crypto.SHA256

/// The key of one step.
package enum CacheKey {
  /// The name of a stack of layers; `scratch` for none.
  package static func chain(_ layers: [Digest]) -> String {
    layers.reduce("scratch") { hash([$0, $1.hex]) }
  }

  /// The key of `operation` on the layers `chain`. `inputs` are lines `digest path`, as
  /// `SourceTree.digests` makes them; `sourceDate` changes the times in a layer.
  package static func key(
    _ operation: StepOperation, on chain: String, inputs: [String], sourceDate: Int64?
  ) -> String {
    var parts = [chain, sourceDate.map { "date \($0)" } ?? "any date"]
    switch operation {
    case .makeDirectory(let path, let owner): parts += ["mkdir", path, owner ?? ""]
    case .run(let work): parts += describe(work)
    case .copy(let work): parts += describe(work)
    }
    return hash(parts + ["inputs"] + inputs.map { String($0.prefix { $0 != " " }) })
  }

  private static func describe(_ work: RunWork) -> [String] {
    var parts = ["run"] + list(work.arguments) + list(work.environment)
    parts += [work.user ?? "", work.directory, work.network, "\(work.isInsecure)"]
    if let script = work.script { parts += ["script", script.name, script.content] }
    for mount in work.mounts {
      let wish = mount.wish
      parts += ["mount", wish.kind.rawValue, wish.target ?? "", wish.source ?? ""]
      parts += [wish.id ?? "", "\(wish.readOnly)", wish.variable ?? "", "\(wish.size ?? 0)"]
      parts += ["\(wish.mode ?? 0) \(wish.user ?? 0) \(wish.group ?? 0)"]
    }
    return parts
  }

  private static func describe(_ work: CopyWork) -> [String] {
    let copy = work.instruction
    var parts = ["copy", work.destination, copy.owner ?? "", copy.mode ?? ""]
    parts += ["\(copy.parents)", "\(copy.isAdd && copy.unpack != false)"]
    // Without being told, only archives of the context are unpacked.
    if copy.isAdd, copy.unpack == true { parts.append("unpack") }
    for document in work.documents { parts += ["document", document.name, document.content] }
    // The name of a file is part of the result only where it is kept.
    return parts + list(copy.sources.map { PathText.clean("/" + $0) })
  }

  private static func list(_ words: [String]) -> [String] { ["\(words.count)"] + words }

  /// Whether `text` looks like a key; what others wrote may be anything.
  static func isKey(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// One hash of several texts; where one ends and the next begins counts.
  static func hash(_ parts: [String]) -> String {
    var hash = SHA256()
    for part in parts {
      hash.update(data: Array("\(part.utf8.count):".utf8))
      hash.update(data: Array(part.utf8))
    }
    return Digest(bytes: hash.finalize()).hex
  }
}
