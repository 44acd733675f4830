import Engine

/// What is kept for a project outside its containers.
package enum ComposeFilesStore {
  /// Forgets the files that secrets and configs of `project` were written to.
  package static func clear(engine: Engine, project: String) throws {
    try FileMountStore(engine: engine, project: project).clear()
  }
}
