// Opening a bundle, which may come from anywhere. Everything is read and compared with the manifest
// before a single file is written: nothing but the manifest and files it lists by plain names is
// accepted, no links, no devices, no paths that lead elsewhere, nothing twice, nothing larger than a
// lab can be, and each file by its digest.

import Documents
import Engine
import Glibc
import Images
import Linux
import Support

extension LabBundle {
  /// The folders of the labs in the bundle at `path`, with their ids. They are unpacked once for each
  /// content, below `root`.
  package static func open(
    _ path: String, root: DataRoot
  ) throws -> [(id: String, folder: String)] {
    let bytes: [UInt8]
    do {
      bytes = try File.read(path, limit: sizeLimit)
    } catch let error as SyscallError where error.errno == EFBIG {
      throw refusal(
        path, Text("larger than \(sizeLimit >> 20) MiB", ko: "\(sizeLimit >> 20) MiB보다 큽니다"))
    }
    let place = "\(root.path)/labs/bundles/\(try digest(bytes).hex)"
    if !File.isDirectory(place) {
      let contents = try verified(bytes, path)
      try unpack(contents, to: place)
    }
    return try Directory.list(place).map { ($0, "\(place)/\($0)") }
  }

  /// The files of a bundle by their names in it, all of them as the manifest says.
  static func verified(_ bytes: [UInt8], _ path: String) throws -> [String: [UInt8]] {
    let reader = TarReader(MemorySource(bytes), archive: path)
    var contents: [String: [UInt8]] = [:]
    var manifest: Manifest?
    while let entry = try reader.next() {
      guard entry.kind == .file else {
        throw refusal(
          path, Text("`\(entry.name)` is not a file", ko: "`\(entry.name)`은(는) 파일이 아닙니다"))
      }
      guard let known = manifest else {
        manifest = try self.manifest(reader, entry, path)
        continue
      }
      guard contents[entry.name] == nil else {
        throw refusal(
          path, Text("`\(entry.name)` stands twice", ko: "`\(entry.name)`이(가) 두 번 있습니다"))
      }
      guard let wanted = content(entry.name, known) else {
        throw refusal(
          path, Text("`\(entry.name)` is not in the manifest", ko: "`\(entry.name)`은(는) 목록에 없습니다"))
      }
      guard entry.size == wanted.size else {
        throw refusal(
          path, Text("`\(entry.name)` has another size", ko: "`\(entry.name)`의 크기가 다릅니다"))
      }
      let content = try reader.readContent(limit: SourceText.limit)
      guard try digest(content) == wanted.digest else {
        throw refusal(
          path, Text("`\(entry.name)` has been altered", ko: "`\(entry.name)`의 내용이 바뀌었습니다"))
      }
      contents[entry.name] = content
    }
    guard let manifest else {
      throw refusal(path, Text("it has no manifest", ko: "목록이 없습니다"))
    }
    for lab in manifest.labs {
      for file in lab.files where contents["\(lab.id)/\(file.name)"] == nil {
        throw refusal(
          path, Text("`\(lab.id)/\(file.name)` is missing", ko: "`\(lab.id)/\(file.name)`이(가) 없습니다")
        )
      }
    }
    return contents
  }

  /// The manifest, which comes first and whose every name is plain.
  private static func manifest(
    _ reader: TarReader, _ entry: TarEntry, _ path: String
  ) throws -> Manifest {
    guard entry.name == manifestName, entry.size <= 1 << 20 else {
      throw refusal(path, Text("it does not begin with a manifest", ko: "목록으로 시작하지 않습니다"))
    }
    let text = String(decoding: try reader.readContent(limit: 1 << 20), as: UTF8.self)
    let manifest: Manifest
    do {
      let value = try JSONValue.parse(text)
      if let layout = value["bundle"]?.int, layout != version {
        throw refusal(
          path, Text("its layout has version \(layout)", ko: "묶음의 버전이 \(layout)입니다"),
          hint: Text("this dklab reads version \(version)", ko: "이 dklab은 버전 \(version)을(를) 읽습니다"))
      }
      if let format = value["format"]?.int, format != FormatVersion.current {
        let problem = FormatVersion.problem(format)
        throw refusal(path, problem.message, hint: problem.hint)
      }
      manifest = try value.decode(as: Manifest.self)
    } catch let error as DklabError where error.id == "lab.bad-bundle" {
      throw error
    } catch {
      throw refusal(path, Text("its manifest cannot be read", ko: "목록을 읽을 수 없습니다"))
    }
    let ids = manifest.labs.map(\.id)
    guard ids.count <= labLimit, Set(ids).count == ids.count,
      manifest.labs.allSatisfy({ Identifier.isValid($0.id) && $0.id.utf8.count <= 64 }),
      manifest.labs.allSatisfy({ lab in
        let names = lab.files.map(\.name)
        return names.first == files[0] && Set(names).count == names.count
          && Set(names).isSubset(of: files)
      })
    else { throw refusal(path, Text("its manifest lists no labs", ko: "목록이 실습의 목록이 아닙니다")) }
    return manifest
  }

  private static func content(_ name: String, _ manifest: Manifest) -> Manifest.Content? {
    for lab in manifest.labs {
      if let file = lab.files.first(where: { "\(lab.id)/\($0.name)" == name }) { return file }
    }
    return nil
  }

  /// Writes the files beside `place` and renames: what is there is complete.
  private static func unpack(_ contents: [String: [UInt8]], to place: String) throws {
    let temporary = "\(place).\(getpid()).tmp"
    try Directory.make(temporary)
    for (name, content) in contents {
      let folder = name.prefix { $0 != "/" }
      try Directory.make("\(temporary)/\(folder)")
      try File.replace("\(temporary)/\(name)", content, durable: false)
    }
    // Somebody else may have been faster, with the same content.
    if rename(temporary, place) != 0, !File.isDirectory(place) {
      throw SyscallError("rename", place)
    }
    try Directory.removeTree(temporary)
  }

  private static func refusal(_ path: String, _ reason: Text, hint: Text? = nil) -> DklabError {
    DklabError(
      .invalid, id: "lab.bad-bundle",
      Text(
        "\(path) is no bundle of labs: \(reason.en)", ko: "\(path)은(는) 실습 묶음이 아닙니다: \(reason.ko)"),
      hint: hint)
  }
}
