/// The ids of all causes a failed check can name. The lab format page lists the same; a test holds
/// the two together.
enum CauseCatalog {
  static let ids: Set<String> = [
    "container.never-created", "container.removed", "container.auto-removed",
    "container.similar-name", "container.other-name", "container.other-engine",
    "container.misspelled", "container.name-taken", "container.not-started", "container.exited",
    "container.command-not-found", "container.not-executable", "container.killed",
    "container.out-of-memory", "container.shell-without-terminal", "container.not-detached",
    "container.stopped", "container.paused", "container.restarting", "container.still-running",
    "container.lost", "container.create-failed", "container.exec-refused",
    "command.usage", "command.extra-option", "command.mistyped", "command.on-host",
    "count.too-few", "count.too-many", "label.missing",
    "env.on-host", "env.only-exec", "env.behind-image", "env.similar-name", "env.unexpanded",
    "port.not-published", "port.reversed", "port.other-host-port", "port.other-container-port",
    "port.other-address", "port.not-running", "port.nothing-listens", "port.in-use",
    "http.refused", "http.status", "http.body", "http.endless",
    "image.missing", "image.removed", "image.other-tag", "image.misspelled", "image.other",
    "network.no-names", "network.not-shared", "network.shared",
    "registry.not-pushed", "registry.other-tag", "registry.other-content",
    "volume.missing", "volume.removed",
    "file.missing", "file.elsewhere", "file.on-host", "file.fresh-container", "file.other-path",
    "file.similar-name", "file.deleted", "file.empty", "file.unexpanded", "file.mode",
    "value.differs", "output.differs",
    "journal.never", "journal.order", "journal.too-often", "journal.failed",
    "answer.missing", "answer.wrong", "answer.format", "answer.other-object", "answer.stale",
  ]
}
