import Documents
import Images
import Support

/// Images in the forms of Docker's Engine API.
enum ImageObject {
  /// `GET /images/NAME/json`.
  static func full(_ image: Image) -> JSONValue {
    let config = (try? JSONValue(encoding: image.config.config)) ?? [:]
    let directories = image.lowerDirectories
    return [
      "Id": .string("\(image.id)"), "RepoTags": names(image.tags),
      "RepoDigests": names(image.digests), "Parent": "",
      "Comment": .string(image.config.comment ?? ""),
      "Created": .string(image.config.created ?? RFC3339.text(image.created)),
      "DockerVersion": "", "Author": .string(image.config.author ?? ""), "Config": config,
      "Architecture": .string(image.config.architecture), "Os": .string(image.config.os),
      "Size": .integer(image.size),
      "GraphDriver": [
        "Data": [
          "LowerDir": .string(directories.dropFirst().joined(separator: ":")),
          "UpperDir": .string(directories.first ?? ""),
        ], "Name": "overlay2",
      ],
      "RootFS": [
        "Type": "layers", "Layers": .array(image.layers.map { .string("\($0.diffID)") }),
      ],
      "Metadata": ["LastTagTime": .string(RFC3339.zero)],
    ]
  }

  /// One element of `GET /images/json`. -1 containers: not counted.
  static func summary(_ image: Image, containers: Int = -1, tags: [Reference]? = nil) -> JSONValue {
    let labels = image.config.config.labels ?? [:]
    let pairs = labels.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    return [
      "Containers": .integer(Int64(containers)), "Created": .integer(image.created / 1_000_000_000),
      "Id": .string("\(image.id)"),
      "Labels": labels.isEmpty ? .null : .object(JSONObject(pairs)), "ParentId": "",
      "RepoDigests": names(image.digests), "RepoTags": names(tags ?? image.tags), "SharedSize": -1,
      "Size": .integer(image.size),
    ]
  }

  private static func names(_ references: [Reference]) -> JSONValue {
    .array(references.map { .string($0.familiar) })
  }
}
