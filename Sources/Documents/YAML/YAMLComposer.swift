import Support

/// Builds node trees from events: replaces aliases, finds repeated keys, keeps the limits.
struct YAMLComposer {
  private let events: YAMLEvents
  private let options: YAMLOptions
  /// Complete anchored nodes, with the number of nodes each expands to.
  private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
  private var openAnchors: Set<String> = []
  private var total = 0
  private var depth = 0

  init(events: YAMLEvents, options: YAMLOptions) {
    self.events = events
    self.options = options
  }

  mutating func documents() throws -> [YAMLNode] {
    var documents: [YAMLNode] = []
    while true {
      switch try events.next() {
      case .streamEnd: return documents
      case .documentStart:
        anchors = [:]
        documents.append(try compose(events.next()))
      default: continue
      }
    }
  }

  private mutating func compose(_ event: YAMLEvents.Event) throws -> YAMLNode {
    let location = events.location
    switch event {
    case .scalar(let text, let plain, let properties):
      try count(1, at: location)
      let node = YAMLNode(.scalar(text, plain: plain), at: location, tag: properties.tag)
      if let anchor = properties.anchor { anchors[anchor] = (node, 1) }
      return node
    case .sequenceStart(let properties):
      return try collection(properties, at: location) { composer in .sequence(try composer.items())
      }
    case .mappingStart(let properties):
      return try collection(properties, at: location) { composer in .mapping(try composer.members())
      }
    case .alias(let name):
      return try expand(name, at: location)
    default:
      // A document without content ends at once.
      return YAMLNode(.scalar("", plain: true), at: location)
    }
  }

  private mutating func collection(
    _ properties: YAMLProperties, at location: SourceLocation,
    _ body: (inout YAMLComposer) throws -> YAMLNode.Kind
  ) throws -> YAMLNode {
    depth += 1
    guard depth <= options.depthLimit else {
      throw DklabError(
        .invalid, id: "yaml.depth",
        Text(
          "nested deeper than \(options.depthLimit) levels",
          ko: "중첩이 \(options.depthLimit)단계보다 깊습니다"), at: location)
    }
    let sizeBefore = total
    try count(1, at: location)
    if let anchor = properties.anchor {
      anchors[anchor] = nil
      openAnchors.insert(anchor)
    }
    let node = YAMLNode(try body(&self), at: location, tag: properties.tag)
    if let anchor = properties.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = (node, total - sizeBefore)
    }
    depth -= 1
    return node
  }

  private mutating func items() throws -> [YAMLNode] {
    var items: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .collectionEnd = event { return items }
      items.append(try compose(event))
    }
  }

  private mutating func members() throws -> [(key: YAMLNode, value: YAMLNode)] {
    var members: [(key: YAMLNode, value: YAMLNode)] = []
    var places: [String: SourceLocation] = [:]
    var merged: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .collectionEnd = event { break }
      let key = try compose(event)
      guard case .scalar(let name, let plain) = key.kind else {
        throw key.error(
          "yaml.key", Text("a key must be a scalar", ko: "키는 스칼라여야 합니다"),
          hint: Text(
            "put quotes around it if a text with braces or brackets is meant",
            ko: "중괄호나 대괄호가 든 글이라면 따옴표로 싸세요"))
      }
      let value = try compose(events.next())
      if options.mergeKeys, plain, name == "<<" {
        merged += try mergeSources(value)
        continue
      }
      if let first = places.updateValue(key.location, forKey: name) {
        throw key.error(
          "yaml.duplicate-key",
          Text(
            "duplicate key `\(name)`, first at line \(first.line), column \(first.column)",
            ko: "키 `\(name)`이(가) 중복됩니다. 처음 나온 곳은 \(first.line)번째 줄 \(first.column)번째 칸입니다"))
      }
      members.append((key, value))
    }
    for source in merged {
      for member in source.mapping ?? [] {
        let name = member.key.text ?? ""
        if places.updateValue(member.key.location, forKey: name) == nil { members.append(member) }
      }
    }
    return members
  }

  private func mergeSources(_ value: YAMLNode) throws -> [YAMLNode] {
    let sources = value.sequence ?? [value]
    for source in sources where source.mapping == nil {
      throw source.error(
        "yaml.merge",
        Text(
          "`<<` takes a mapping or a list of mappings, found a \(source.kindName)",
          ko: "`<<`에는 매핑이나 매핑의 목록이 와야 합니다"))
    }
    return sources
  }

  private mutating func expand(_ name: String, at location: SourceLocation) throws -> YAMLNode {
    if openAnchors.contains(name) {
      throw DklabError(
        .invalid, id: "yaml.alias-cycle",
        Text(
          "alias `*\(name)` stands inside the node it names",
          ko: "별칭 `*\(name)`이(가) 자신이 가리키는 노드 안에 있습니다"), at: location)
    }
    guard let (node, size) = anchors[name] else {
      let names = anchors.keys.sorted().map { "&\($0)" }.joined(separator: ", ")
      throw DklabError(
        .invalid, id: "yaml.alias",
        Text("no anchor `&\(name)` before this alias", ko: "이 별칭 앞에 앵커 `&\(name)`이(가) 없습니다"),
        hint: names.isEmpty
          ? nil : Text("anchors so far: \(names)", ko: "지금까지의 앵커: \(names)"),
        at: location)
    }
    try count(size, at: location)
    return node
  }

  private mutating func count(_ nodes: Int, at location: SourceLocation) throws {
    total += nodes
    guard total <= options.nodeLimit else {
      throw DklabError(
        .invalid, id: "yaml.nodes",
        Text(
          "more than \(options.nodeLimit) nodes once aliases are expanded",
          ko: "별칭을 펼치면 노드가 \(options.nodeLimit)개를 넘습니다"), at: location)
    }
  }
}
