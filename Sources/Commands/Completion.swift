import ArgumentParser
import Engine

/// What the shell proposes: names that exist now.
enum Completion {
  static let containers = CompletionKind.custom { _, _, _ in names { _ in true } }
  static let runningContainers = CompletionKind.custom { _, _, _ in names { $0.state.isActive } }
  static let images = CompletionKind.custom { _, _, _ in
    let images = (try? Engine.open().images().list()) ?? []
    return images.flatMap(\.tags).map(\.familiar).sorted()
  }

  private static func names(where wanted: (ContainerRecord) -> Bool) -> [String] {
    ((try? Engine.open().containers()) ?? []).filter(wanted).map(\.name).sorted()
  }
}
