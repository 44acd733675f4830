import Documents
import Images
import Support

/// An image as `docker inspect` shows it.
enum ImageObject {
  static func json(_ image: Image) -> JSONValue {
    let config = (try? JSONValue(encoding: image.config.config)) ?? [:]
    let names = { (references: [Reference]) in
      JSONValue.array(references.map { .string($0.familiar) })
    }
    var object: JSONObject = [
      "Id": .string(image.id.description), "RepoTags": names(image.tags),
      "RepoDigests": names(image.digests), "Parent": "",
      "Comment": .string(image.config.comment ?? ""),
      "Created": .string(image.config.created ?? RFC3339.text(image.created)),
      "DockerVersion": "", "Author": .string(image.config.author ?? ""), "Config": config,
      "Architecture": .string(image.config.architecture), "Os": .string(image.config.os),
      "Size": .integer(image.size),
    ]
    let directories = image.lowerDirectories
    object["GraphDriver"] = [
      "Data": [
        "LowerDir": .string(directories.dropFirst().joined(separator: ":")),
        "UpperDir": .string(directories.first ?? ""),
      ], "Name": "overlay2",
    ]
    object["RootFS"] = [
      "Type": "layers", "Layers": .array(image.layers.map { .string($0.diffID.description) }),
    ]
    object["Metadata"] = ["LastTagTime": .string(RFC3339.zero)]
    return .object(object)
  }
}
