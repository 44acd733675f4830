import Documents
import Support

/// Lays one compose file over another (compose specification, 13-merge).
///
/// Mappings merge by key, lists are appended, scalars are replaced; ``MergeRules`` lists the
/// exceptions. `!override` replaces whatever was there, and `!reset` removes it.
enum Merge {
  /// `base` with `overlay` on it.
  ///
  /// - Throws: ``DklabError`` when a list meets a mapping, at the overlay's place.
  static func merge(
    _ base: YAMLNode, _ overlay: YAMLNode, at path: ComposePath = ComposePath()
  ) throws -> YAMLNode {
    if overlay.tag == "!override" { return withoutTags(overlay) ?? overlay }
    if overlay.isNull, path.parts.count > 1 { return base }
    if let rule = MergeRules.rules[path] {
      switch rule {
      case .replace: return withoutTags(overlay) ?? overlay
      case .sequence:
        return base.list(MergeRules.sequence(base) + MergeRules.sequence(overlay))
      case .mapping(let missing):
        return try mappings(
          MergeRules.mapping(base, missing), MergeRules.mapping(overlay, missing), path)
      case .build:
        return try mappings(MergeRules.build(base), MergeRules.build(overlay), path)
      case .logging:
        if let old = base["driver"]?.text, let new = overlay["driver"]?.text, old != new {
          return overlay
        }
      case .limit:
        if base.mapping == nil || overlay.mapping == nil { return overlay }
      }
    }
    switch (base.kind, overlay.kind) {
    case (.mapping, .mapping): return try mappings(base, overlay, path)
    case (.sequence(let old), .sequence(let new)):
      return base.list(old + new.compactMap(withoutTags))
    case (.scalar, .scalar): return overlay
    case (.scalar, _) where base.isNull: return withoutTags(overlay) ?? base
    default:
      throw overlay.error(
        "compose.merge",
        Text(
          "\(path): a \(overlay.kindName) cannot override the \(base.kindName) of "
            + "\(base.location.file):\(base.location.line)",
          ko: "\(path): \(base.location.file):\(base.location.line)의 값과 종류가 달라 덮어쓸 수 없습니다"),
        hint: Text(
          "write both in the same form, or put !override before the new value",
          ko: "같은 형식으로 쓰거나 새 값 앞에 !override를 붙이세요"))
    }
  }

  private static func mappings(
    _ base: YAMLNode, _ overlay: YAMLNode, _ path: ComposePath
  ) throws -> YAMLNode {
    var result = base
    for (key, value) in overlay.members {
      if value.tag == "!reset" {
        result[member: key] = nil
      } else if let old = result[key] {
        result[member: key] = try merge(old, value, at: path.appending(key))
      } else {
        result[member: key] = withoutTags(value)
      }
    }
    return result
  }

  /// A first file's own tags, which have nothing to act on: what is reset is not there.
  static func withoutTags(_ node: YAMLNode) -> YAMLNode? {
    if node.tag == "!reset" { return nil }
    var result = node
    if node.tag == "!override" { result.tag = nil }
    switch node.kind {
    case .scalar: break
    case .sequence(let items): result.kind = .sequence(items.compactMap(withoutTags))
    case .mapping(let entries):
      result.kind = .mapping(
        entries.compactMap { entry in withoutTags(entry.value).map { (entry.key, $0) } })
    }
    return result
  }
}
