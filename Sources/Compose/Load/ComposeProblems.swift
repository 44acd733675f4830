import Support

/// Several mistakes of one set of files, told together.
package struct ComposeProblems: Error {
  package var problems: [DklabError]

  init(_ problems: [DklabError]) {
    self.problems = problems
  }
}

/// Something to say about a project that keeps it from nothing.
package struct ComposeWarning: Sendable, Equatable {
  package var message: Text
  package var location: SourceLocation?

  package init(_ message: Text, at location: SourceLocation? = nil) {
    self.message = message
    self.location = location
  }
}
