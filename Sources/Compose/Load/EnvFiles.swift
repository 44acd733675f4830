import Documents
import Support

/// Reads the files of `env_file` and puts their variables under those of `environment`, which win.
struct EnvFiles {
  let source: ComposeSource
  let environment: [String: String]

  func apply(to project: YAMLNode) throws -> YAMLNode {
    guard let services = project["services"] else { return project }
    var result = project
    result[member: "services"] = try services.mapMembers { try resolved($1, $0) }
    return result
  }

  private func resolved(_ service: YAMLNode, _ name: String) throws -> YAMLNode {
    guard let files = service["env_file"]?.sequence else { return service }
    var service = service
    var variables: [(String, YAMLNode)] = []
    for file in files {
      let path = file["path"]?.text ?? ""
      guard source.exists(path) else {
        if file["required"]?.isTrue ?? true {
          throw file.error(
            "compose.env-file.missing",
            Text("env file \(path) not found", ko: "env 파일 \(path)이(가) 없습니다"),
            hint: Text(
              "create it, or write `required: false` beside its path",
              ko: "파일을 만들거나 path 옆에 `required: false`를 쓰세요"))
        }
        continue
      }
      for (key, value) in try read(file, path, known: variables) {
        variables.removeAll { $0.0 == key }
        variables.append((key, file.string(value)))
      }
    }
    for (key, value) in service["environment"]?.members ?? [] {
      variables.removeAll { $0.0 == key }
      variables.append((key, value))
    }
    service[member: "environment"] = service.object(variables)
    service[member: "env_file"] = nil
    return service
  }

  private func read(
    _ file: YAMLNode, _ path: String, known: [(String, YAMLNode)]
  ) throws -> [(String, String)] {
    let text = try source.read(path)
    switch file["format"]?.text {
    case nil:
      return try DotEnv.parse(text, file: path) { name in
        known.last { $0.0 == name }?.1.text ?? environment[name]
      }.map { ($0.name, $0.value) }
    case "raw":
      return DotEnv.parseRaw(text).compactMap { name, value in
        (value ?? environment[name]).map { (name, $0) }
      }
    case let other?:
      throw file.error(
        "compose.env-file.format",
        Text("unsupported env_file format `\(other)`", ko: "지원하지 않는 env_file 형식 `\(other)`"),
        hint: Text("known: raw", ko: "쓸 수 있는 형식: raw"))
    }
  }
}
