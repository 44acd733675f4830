import Support

extension Engine {
  /// Enters into the journal what somebody typed into a terminal of `record`: in a lab, where the way
  /// counts, and where it may have to be gone again by somebody who was not there.
  package func noteTyped(_ bytes: [UInt8], in record: ContainerRecord) throws {
    guard captureBytes > 0, !bytes.isEmpty else { return }
    try journal.append(
      "shell", "input", actor: record.id, name: record.name,
      ["input": String(decoding: bytes, as: UTF8.self)])
  }
}
