import Support

extension InstructionReader {
  /// COPY and ADD.
  func copy(isAdd: Bool) throws -> CopyInstruction {
    let name = isAdd ? "ADD" : "COPY"
    let words = try InstructionText.jsonList(text.arguments) ?? text.arguments.words
    guard words.count >= 2, let destination = words.last else {
      // BuildKit says "only one" of none as well.
      throw DockerfileError(
        Text(
          "\(name) requires at least two arguments, but only one was provided. "
            + "Destination could not be determined",
          ko: "\(name)에는 인자가 둘 이상 필요한데 하나뿐입니다. 어디에 복사할지 알 수 없습니다"),
        hint: Text(
          "\(name) SOURCE… DESTINATION, as in `\(name) \(words.first ?? "app.js") /app/`",
          ko: "\(name) 원본… 대상 꼴로 쓰세요. 예: `\(name) \(words.first ?? "app.js") /app/`"))
    }
    var known: [String: InstructionFlags.Kind] = [
      "chown": .text, "chmod": .text, "link": .toggle, "exclude": .list,
    ]
    if isAdd {
      known.merge(["keep-git-dir": .toggle, "checksum": .text, "unpack": .toggle]) { $1 }
    } else {
      known.merge(["from": .text, "parents": .toggle]) { $1 }
    }
    let flags = try InstructionFlags(text.flags, known: known)
    guard Heredoc(destination) == nil else {
      throw DockerfileError(
        Text(
          "\(name) cannot accept a heredoc as a destination", ko: "\(name)의 대상으로 히어독을 쓸 수 없습니다"))
    }
    var copy = CopyInstruction(isAdd: isAdd, sources: [], destination: destination)
    for word in words.dropLast() {
      if let announced = Heredoc(word) {
        copy.documents += line.heredocs.filter { $0.name == announced.name }.prefix(1)
      } else {
        copy.sources.append(word)
      }
    }
    copy.from = flags.text("from")
    copy.owner = flags.text("chown")
    copy.mode = flags.text("chmod")
    copy.link = flags.toggle("link") ?? false
    copy.parents = flags.toggle("parents") ?? false
    copy.excludes = flags.list("exclude")
    copy.keepsGitDirectory = flags.toggle("keep-git-dir")
    copy.checksum = flags.text("checksum")
    copy.unpack = flags.toggle("unpack")
    return copy
  }
}
