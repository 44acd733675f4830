extension JSONValue {
  /// The JSON form of any Encodable value, its keys in the order they were encoded.
  ///
  /// Foundation's encoder forgets that order; what users read must keep it.
  package init(encoding value: some Encodable) throws {
    let node = EncodedNode()
    try node.encode(value, path: [])
    self = node.result
  }
}

/// What has keys and no order of its own.
private protocol UnorderedKeys {}
extension Dictionary: UnorderedKeys where Key == String {}

/// A place in the document under construction. Containers handed out by an encoder share it.
private final class EncodedNode {
  var content = Content.leaf(.null)

  enum Content {
    case leaf(JSONValue)
    case array([EncodedNode])
    case object([(key: String, node: EncodedNode)])
  }

  var result: JSONValue {
    switch content {
    case .leaf(let value): value
    case .array(let nodes): .array(nodes.map(\.result))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.node.result) }))
    }
  }

  func encode(_ value: some Encodable, path: [any CodingKey]) throws {
    if let json = value as? JSONValue {
      content = .leaf(json)
    } else if let json = value as? JSONObject {
      content = .leaf(.object(json))
    } else {
      try value.encode(to: NodeEncoder(node: self, codingPath: path))
      // A dictionary's order changes from process to process; Go prints maps by their keys.
      if value is any UnorderedKeys, case .object(let members) = content {
        content = .object(members.sorted { $0.key < $1.key })
      }
    }
  }

  /// A number, exact when it fits.
  func encode(integer value: some BinaryInteger) {
    content = .leaf(Int64(exactly: value).map(JSONValue.integer) ?? .number(Double(value)))
  }

  func encode(double value: Double, path: [any CodingKey]) throws {
    guard value.isFinite else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: path, debugDescription: "\(value) has no JSON form"))
    }
    content = .leaf(.number(value))
  }

  func becomeArray() {
    if case .array = content {} else { content = .array([]) }
  }

  func becomeObject() {
    if case .object = content {} else { content = .object([]) }
  }

  func append() -> EncodedNode {
    let node = EncodedNode()
    if case .array(var nodes) = content {
      content = .leaf(.null)
      nodes.append(node)
      content = .array(nodes)
    }
    return node
  }

  func member(_ key: String) -> EncodedNode {
    let node = EncodedNode()
    if case .object(var members) = content {
      content = .leaf(.null)
      members.append((key, node))
      content = .object(members)
    }
    return node
  }

  var count: Int {
    if case .array(let nodes) = content { nodes.count } else { 0 }
  }
}

private struct NodeEncoder: Encoder {
  let node: EncodedNode
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.becomeObject()
    return KeyedEncodingContainer(Members<Key>(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.becomeArray()
    return Elements(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(node: node, codingPath: codingPath)
  }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: EncodedNode
  let codingPath: [any CodingKey]

  private func place(_ key: Key) -> EncodedNode { node.member(key.stringValue) }

  func encodeNil(forKey key: Key) { _ = place(key) }
  func encode(_ value: Bool, forKey key: Key) { place(key).content = .leaf(.bool(value)) }
  func encode(_ value: String, forKey key: Key) { place(key).content = .leaf(.string(value)) }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    var single = Single(node: place(key), codingPath: codingPath + [key])
    try single.encode(value)
  }
  func nestedContainer<Nested>(
    keyedBy keyType: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    NodeEncoder(node: place(key), codingPath: codingPath + [key]).container(keyedBy: keyType)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    NodeEncoder(node: place(key), codingPath: codingPath + [key]).unkeyedContainer()
  }
  func superEncoder() -> any Encoder {
    NodeEncoder(node: node.member("super"), codingPath: codingPath)
  }
  func superEncoder(forKey key: Key) -> any Encoder {
    NodeEncoder(node: place(key), codingPath: codingPath + [key])
  }
}

private struct Elements: UnkeyedEncodingContainer {
  let node: EncodedNode
  let codingPath: [any CodingKey]
  var count: Int { node.count }

  func encodeNil() { _ = node.append() }
  func encode<Value: Encodable>(_ value: Value) throws {
    var single = Single(node: node.append(), codingPath: codingPath)
    try single.encode(value)
  }
  func nestedContainer<Nested>(
    keyedBy keyType: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    NodeEncoder(node: node.append(), codingPath: codingPath).container(keyedBy: keyType)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    NodeEncoder(node: node.append(), codingPath: codingPath).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { NodeEncoder(node: node.append(), codingPath: codingPath) }
}

private struct Single: SingleValueEncodingContainer {
  let node: EncodedNode
  let codingPath: [any CodingKey]

  mutating func encodeNil() { node.content = .leaf(.null) }
  mutating func encode<Value: Encodable>(_ value: Value) throws {
    switch value {
    case let value as Bool: node.content = .leaf(.bool(value))
    case let value as String: node.content = .leaf(.string(value))
    case let value as Double: try node.encode(double: value, path: codingPath)
    case let value as Float: try node.encode(double: Double(value), path: codingPath)
    case let value as any (BinaryInteger & Encodable): node.encode(integer: value)
    default: try node.encode(value, path: codingPath)
    }
  }
}
