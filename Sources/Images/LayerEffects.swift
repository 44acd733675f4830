// What each layer of an image does to the files below it. Overlay shows of every path the top-most
// layer that has it; all else stays in the image and is seen by nobody. The same rules as in
// LowerView.swift, asked of whole trees: a whiteout deletes, an opaque directory starts anew, and
// what is no directory hides what is below.

import Glibc
import Linux
import Support

/// One layer of an image.
package struct LayerEffect: Sendable, Hashable {
  package var diffID: Digest
  /// The step that made it.
  package var createdBy: String
  /// Bytes of its files.
  package var size: Int64
  /// Files that no layer below has.
  package var added = Count()
  /// Files of layers below that it has again: with the bytes they had there.
  package var replaced = Count()
  /// Files of layers below that it deletes, with their bytes.
  package var hidden = Count()
  /// Its own files that layers above replace or delete: in the image for nothing.
  package var wasted = Count()

  package struct Count: Sendable, Hashable {
    package var files = 0
    package var bytes: Int64 = 0

    mutating func add(_ size: Int64) {
      files += 1
      bytes += size
    }
  }
}

extension Image {
  /// What the layers do, base layer first.
  package func layerEffects() throws -> [LayerEffect] {
    var steps = config.history.filter { $0.emptyLayer != true }.map { $0.createdBy ?? "" }[...]
    var survey = LayerSurvey()
    for layer in layers {
      try survey.add(layer, createdBy: steps.popFirst() ?? "")
    }
    return survey.effects
  }
}

/// The joined tree of the layers so far, and what each of them did.
private struct LayerSurvey {
  private(set) var effects: [LayerEffect] = []
  private let root = Node()

  mutating func add(_ layer: Layer, createdBy: String) throws {
    let index = effects.count
    effects.append(LayerEffect(diffID: layer.diffID, createdBy: createdBy, size: layer.size))
    let directory = try FileDescriptor.open(layer.directory, O_RDONLY | O_DIRECTORY)
    var seen: Set<UInt64> = []
    try TreeWalk().run(directory.number) { node in
      var names = node.path.split(separator: "/").map(String.init)
      let name = names.removeLast()
      let parent = names.reduce(root) { $0.child($1) }
      if node.isWhiteout {
        if let gone = parent.children.removeValue(forKey: name) { hide(gone, by: index) }
        return false
      }
      if node.isDirectory {
        let known = parent.child(name)
        if known.file != nil || LowerView.isOpaque("\(layer.directory)/\(node.path)") {
          parent.children[name] = Node()
          hide(known, by: index)
        }
        return true
      }
      // Of a file with several names the bytes are there once.
      let isAgain = node.info.st_nlink > 1 && !seen.insert(UInt64(node.info.st_ino)).inserted
      let isFile = node.type == S_IFREG
      let size = isFile && !isAgain ? Int64(node.info.st_size) : 0
      put(size, at: name, in: parent, index)
      return false
    }
  }

  private mutating func put(_ size: Int64, at name: String, in parent: Node, _ index: Int) {
    let new = Node()
    new.file = (index, size)
    guard let old = parent.children.updateValue(new, forKey: name) else {
      return effects[index].added.add(size)
    }
    guard let file = old.file else {
      effects[index].added.add(size)
      return hide(old, by: index)
    }
    effects[index].replaced.add(file.size)
    effects[file.layer].wasted.add(file.size)
  }

  /// Everything in `node` is seen no more.
  private mutating func hide(_ node: Node, by index: Int) {
    if let file = node.file {
      effects[index].hidden.add(file.size)
      effects[file.layer].wasted.add(file.size)
    }
    for child in node.children.values { hide(child, by: index) }
  }
}

/// A name in the joined tree.
private final class Node {
  var children: [String: Node] = [:]
  /// The layer a file comes from, and its bytes; nil for a directory.
  var file: (layer: Int, size: Int64)?

  func child(_ name: String) -> Node {
    if let known = children[name] { return known }
    let new = Node()
    children[name] = new
    return new
  }
}
