import Documents
import Images

/// An image in the shape of `docker image inspect`, as far as checks look.
enum ImageInspection {
  static func document(_ image: Image) throws -> JSONValue {
    let config = try JSONValue(encoding: image.config)
    return .object(
      JSONObject([
        ("Id", .string("\(image.id)")),
        ("RepoTags", .array(image.tags.map { .string("\($0.familiar)") })),
        ("RepoDigests", .array(image.digests.map { .string($0.familiar) })),
        ("Config", config["config"] ?? .object(JSONObject())),
        ("Architecture", config["architecture"] ?? .string("")),
        ("Os", config["os"] ?? .string("")),
        ("Size", .integer(image.size)),
        (
          "RootFS",
          .object(
            JSONObject([
              ("Type", .string("layers")),
              ("Layers", .array(image.layers.map { .string("\($0.diffID)") })),
            ]))
        ),
      ]))
  }
}
