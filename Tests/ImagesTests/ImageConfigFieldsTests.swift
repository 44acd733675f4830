import Documents
import Support
import Testing

@testable import Images

/// Configurations are read by hand; Codable is the reference, member by member.
@Suite struct ImageConfigFieldsTests {
  private static let digest = "sha256:" + String(repeating: "1", count: 64)

  /// Every member that the type has, with a value it does not have by default.
  private static let whole = """
    {"created":"2024-01-01T00:00:00Z","author":"a","architecture":"riscv64","os":"plan9",
     "variant":"v8","comment":"c","config":{"User":"u"},
     "rootfs":{"type":"other","diff_ids":["\(digest)"]},
     "history":[{"created":"2024-01-01T00:00:00Z","created_by":"b","author":"a","comment":"c",
       "empty_layer":true}],
     "dklab.cache.v1":[{"key":"k","layer":"\(digest)","created":1}]}
    """

  private func byHand(_ text: String) throws -> ImageConfig {
    var fields = try JSONFields(JSONValue.parse(text))
    return try ImageConfig(fields: &fields)
  }

  private func reference(_ text: String) throws -> ImageConfig {
    try JSONValue.parse(text).decode(as: ImageConfig.self)
  }

  /// A property that is added to a type and not read by hand is as it is by default.
  @Test func everyMemberIsThere() throws {
    let config = try byHand(Self.whole)
    #expect(try config == reference(Self.whole))
    differs(config, from: ImageConfig(platform: Platform(architecture: "", os: "")))
    differs(config.rootFilesystem, from: ImageConfig.RootFilesystem(diffIDs: []))
    let step = try #require(config.history.first)
    differs(step, from: ImageConfig.History())
  }

  /// The text decides what an image is called: it is what Codable makes, to the byte.
  @Test func textIsCodables() throws {
    let config = #"""
      {"Cmd":["a","b\u0001\"\/"],"Entrypoint":[],"Env":["B=1","A=2"],"Labels":{"z":"1","a":"한","A":""},
       "ExposedPorts":{"9/udp":{},"80/tcp":{}},"Volumes":{"/b":{},"/a":{}},"OnBuild":["RUN x"],
       "Shell":["/bin/sh"],"StopSignal":"SIGQUIT","User":"u","WorkingDir":"/w","Healthcheck":
       {"Test":["CMD","x"],"Interval":1,"Timeout":2,"StartPeriod":3,"StartInterval":4,"Retries":5}}
      """#
    let texts = [
      Self.whole, #"{"rootfs":{"type":"layers","diff_ids":[]}}"#,
      Self.whole.replacing(#"{"User":"u"}"#, with: config),
      Self.whole.replacing(#"{"User":"u"}"#, with: #"{"Healthcheck":{"Test":["NONE"]}}"#),
    ]
    for text in texts {
      let value = try reference(text)
      #expect(try Array(value.text().utf8) == ImageJSON.encode(value))
    }
    let whole = try reference(texts[2])
    differs(whole.config, from: ContainerConfig())
    differs(try #require(whole.config.healthcheck), from: ContainerConfig.Healthcheck(test: []))
  }

  @Test func textOfManifestIsCodables() throws {
    let digest = try #require(Digest(Self.digest))
    let platform = Platform(architecture: "arm", os: "linux", variant: "v7")
    let plain = Manifest(config: Descriptor(mediaType: "c", digest: digest, size: 1), layers: [])
    var whole = plain
    whole.layers = [
      Descriptor(
        mediaType: "l", digest: digest, size: 2, platform: platform,
        annotations: ["b": "1", "a": "2"]),
      Descriptor(mediaType: "l", digest: digest, size: .max),
    ]
    whole.annotations = ["k": "v"]
    var unnamed = plain
    unnamed.mediaType = nil
    for manifest in [plain, whole, unnamed] {
      #expect(try Array(manifest.text().utf8) == ImageJSON.encode(manifest))
    }
  }

  @Test func leastConfiguration() throws {
    let text = #"{"rootfs":{"type":"layers","diff_ids":[]},"later":[1]}"#
    #expect(try byHand(text) == reference(text))
  }

  /// What the quick way does not take is said in Codable's words, with the place.
  @Test(arguments: [
    #"{}"#, #"{"rootfs":{"type":"layers","diff_ids":["sha256:1"]}}"#,
    #"{"rootfs":{"type":"layers","diff_ids":[]},"history":{}}"#,
    #"{"rootfs":{"type":"layers","diff_ids":[]},"config":{"Env":"A=b"}}"#,
  ])
  func refused(_ text: String) throws {
    #expect(throws: JSONFields.Mismatch.self) { try byHand(text) }
    let error = #expect(throws: DklabError.self) {
      try ImageJSON.configuration(from: text, what: "image x")
    }
    #expect(error?.id == "image.invalid-json" && error?.location?.file == "image x")
  }

  private func differs<Part>(_ part: Part, from plain: Part) {
    for (one, other) in zip(Mirror(reflecting: part).children, Mirror(reflecting: plain).children) {
      #expect(
        String(describing: one.value) != String(describing: other.value),
        "\(Part.self).\(one.label ?? "") is as it is by default")
    }
  }
}
