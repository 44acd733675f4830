import Documents

extension SchemaText {
  /// What pods and nodes use.
  static let metrics = """
    package metrics io.k8s.metrics.pkg.apis.metrics.v1beta1
    NodeMetrics
      metadata 1 meta.ObjectMeta
      timestamp 2 time !
      window 3 duration !
      usage 4 {}quantity !
    PodMetrics
      metadata 1 meta.ObjectMeta
      timestamp 2 time !
      window 3 duration !
      containers 4 []ContainerMetrics !
    ContainerMetrics
      name 1 string !
      usage 2 {}quantity !
    """
}

extension ResourceBuilder {
  /// What pods and nodes use: nothing is stored, it is measured.
  mutating func addMetrics() {
    let columns = [
      TableColumns.name,
      Column("CPU") { object, _ in .string(Self.sum("cpu", of: object)) },
      Column("Memory") { object, _ in .string(Self.sum("memory", of: object)) },
      TableColumns.text("Window", "window"),
    ]
    for (plural, kind, place) in [
      ("nodes", "NodeMetrics", Set(["cluster"])), ("pods", "PodMetrics", []),
    ] {
      add(
        MetricsBook.apiVersion, plural, kind, "metrics", options: place, columns: columns
      ) {
        $0.verbs = ["get", "list"]
        // As the real one: it has no name for one of them.
        $0.singular = ""
      }
    }
  }

  private static func sum(_ resource: String, of object: JSONValue) -> String {
    let parts = object["containers"] == nil ? [object] : object.list("containers")
    return parts.compactMap { Quantity($0.text("usage", resource)) }
      .reduce(Quantity(0), +).description
  }
}
