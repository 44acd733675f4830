extension String {
  /// Whether it has a character that ends a line or is not to be seen: no name, and nothing that goes
  /// into a header, may have one.
  package var hasControlCharacters: Bool { utf8.contains { $0 < 0x20 || $0 == 0x7f } }
}
