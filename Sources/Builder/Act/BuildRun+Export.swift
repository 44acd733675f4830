import Glibc
import Images
import Linux
import Support

extension BuildRun {
  /// Copies the files of a result into the directory at `path`, made when there is none.
  package func export(_ result: BuildResult, toDirectory path: String) throws {
    let tree = try directory.tree(of: lowerDirectories(result.layers))
    try Directory.make(path)
    let source = try SourceTree(tree, keepsOwners: true)
    let writer = try TreeWriter(path)
    for selection in try source.select(".", excluding: [], keepsParents: false) {
      for item in selection.items where !item.target.isEmpty {
        try checkCanceled()
        try writer.write(item, of: source, at: item.target)
      }
    }
    try writer.finish()
  }

  /// Writes the files of a result to `file` as a tar.
  package func export(_ result: BuildResult, toArchive file: Int32) throws {
    let tree = try directory.tree(of: lowerDirectories(result.layers))
    let root = try FileDescriptor.open(tree, O_RDONLY | O_DIRECTORY)
    let writer = TarWriter(FileSink(file))
    let archive = TreeArchive(writer)
    archive.timeLimit = build.options.sourceDate
    try archive.add(tree: root.number)
    try writer.finish()
  }
}
