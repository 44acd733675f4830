import Images
import Support

extension Image {
  /// Whether it was made for `platform`; nil is any.
  func isFor(_ platform: Platform?) -> Bool {
    guard let platform else { return true }
    let own = config.platform
    return own.os == platform.os && own.architecture == platform.architecture
      && (platform.variant == nil || own.variant == nil || own.variant == platform.variant)
  }

  /// Itself; throws, in dockerd's words, when it was made for another one than `platform`. `name` is what
  /// it was asked for by.
  func required(_ platform: Platform?, _ name: String) throws -> Image {
    guard let platform, !isFor(platform) else { return self }
    throw DklabError(
      .notFound, id: "image.other-platform",
      Text(
        "image with reference \(name) was found but does not match the specified platform: wanted "
          + "\(platform), actual: \(config.platform)",
        ko: "\(name) 이미지는 \(config.platform)용이고, 원하는 플랫폼은 \(platform)입니다"),
      hint: Text(
        "leave --platform out, or pull it for that platform: `docker pull --platform \(platform) \(name)`",
        ko: "--platform을 빼거나 그 플랫폼용으로 받으십시오: `docker pull --platform \(platform) \(name)`"))
  }
}
