import Documents
import Support

/// What a check of one value has read.
enum Reading {
  case value(JSONValue)
  /// There is nothing to read it from, for a reason the student can do something about.
  case missing(found: Text, causes: [Cause])
  /// It could not be observed.
  case error(Text)
}

/// What most checks are: one value read from the snapshot, and a comparison. A type says where the
/// value comes from and what decides it; judging is the same for all.
protocol ValueCheck: CheckType {
  var comparison: Comparison { get }
  /// The command that shows the value.
  var look: String { get }

  func read(_ snapshot: Snapshot) -> Reading
  /// The value as the student reads it.
  func shown(_ value: JSONValue) -> Text
  /// Why the value is what it is, when it is not what it should be.
  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause]
}

extension ValueCheck {
  func shown(_ value: JSONValue) -> Text { Text(value.quoted, ko: value.quoted) }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch read(snapshot) {
    case .error(let reason): return .error(reason)
    case .missing(let found, let causes):
      return .fail(Failure(expected: sentence, found: found, causes: causes, look: look))
    case .value(let value):
      guard !comparison.holds(for: value) else { return .pass(found: shown(value)) }
      return .fail(
        Failure(
          expected: sentence, found: shown(value), causes: causes(of: value, snapshot), look: look))
    }
  }
}

/// A value of one container.
protocol ContainerValueCheck: ValueCheck {
  var name: String { get }
  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading
}

extension ContainerValueCheck {
  var subjects: [String] { [name] }

  func read(_ snapshot: Snapshot) -> Reading {
    guard let container = snapshot.container(name) else {
      return .missing(
        found: MissingContainer.found(name), causes: MissingContainer.causes(name, in: snapshot))
    }
    return read(container, snapshot)
  }

  /// The reading of a value that only a running container has.
  func running(
    _ container: ContainerView, _ snapshot: Snapshot, _ read: () -> Reading
  ) -> Reading {
    guard !container.isRunning else { return read() }
    return .missing(
      found: Text("`\(name)` is \(container.status)", ko: "`\(name)`은(는) \(container.status) 상태"),
      causes: StoppedContainer.causes(container, in: snapshot))
  }
}

/// A value of one image.
protocol ImageValueCheck: ValueCheck {
  var image: String { get }
  func read(_ image: ImageView, _ snapshot: Snapshot) -> Reading
}

extension ImageValueCheck {
  func read(_ snapshot: Snapshot) -> Reading {
    guard let view = snapshot.image(image) else {
      return .missing(
        found: MissingImage.found(image), causes: MissingImage.causes(image, in: snapshot))
    }
    return read(view, snapshot)
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    [
      Cause(
        "value.differs", "the image itself decides it, not the container",
        ko: "컨테이너가 아니라 이미지가 정하는 값입니다")
    ]
  }
}
