import Documents
import Glibc
import Linux
import Testing

@testable import Labs

/// The image of Courseware/graders/Dockerfile with one lab, and places to try its recipes in.
final class GraderImage {
  let name = "grader-t\(UInt32.random(in: 0 ... .max))"
  let place: String
  let bench: GradeBench
  static let labID = "day44"

  private static let repository = String(
    #filePath.dropLast("/Tests/AcceptanceTests/GraderImage.swift".count))
  static let graders = repository + "/Courseware/graders"

  var environment: [String: String] {
    bench.environment.merging(["DKLAB_OFFLINE": "1", "HOME": place]) { $1 }
  }

  init() throws {
    bench = try GradeBench(name)
    place = bench.folder
    for folder in ["base/libraries", "context/Labs"] { try Directory.make("\(place)/\(folder)") }
    try File.replace(place + "/roster.csv", "id\ns1\n", durable: false)
    try run(
      "class init course --lab \(Self.labID) --roster \(place)/roster.csv -o \(place)/course")
    let lab = try #require(
      try Directory.list(Self.repository + "/Labs").first { $0.hasPrefix(Self.labID) })
    try shell(
      """
      cp \(Sandbox.binary) context/dklab && cp course/share/images.tar context/
      cp -R \(Self.repository)/Labs/\(lab) context/Labs/
      \(try libraries())
      """)
    try run("build -q -t \(name)-base \(place)/base")
    try run(
      "build -t \(name) --build-arg BASE=\(name)-base -f \(Self.graders)/Dockerfile \(place)/context"
    )
  }

  /// A development build needs libraries that the base image lacks: an installed one does not. They go where
  /// it looks for them first.
  private func libraries() throws -> String {
    let used = Sandbox.run([Sandbox.binary], program: "/usr/bin/ldd", environment: [:]).lines
    let paths = used.compactMap { line in
      line.split(separator: " ").map(String.init).first { $0.hasPrefix("/") }
    }
    let own = paths.first { $0.contains("libswiftCore.so") }
    let folder = own.map { $0.split(separator: "/").dropLast().joined(separator: "/") } ?? "none"
    try File.replace(
      place + "/base/Dockerfile", "FROM ubuntu\nCOPY libraries /\(folder)\n", durable: false)
    let foreign = paths.filter { !$0.contains("ld-linux") && !$0.hasSuffix("/libc.so.6") }
    return own == nil
      ? "touch base/libraries/none" : "cp -L \(foreign.joined(separator: " ")) base/libraries/"
  }

  /// Runs `dklab`, and expects that to work.
  @discardableResult
  func run(_ line: String, seconds: Int = 120) throws -> Sandbox.Output {
    let output = Sandbox.run(
      line.split(separator: " ").map(String.init), environment: environment, seconds: seconds)
    try #require(output.status == 0, "\(line): \(output)")
    return output
  }

  /// Runs shell commands in `place`, and expects them to work.
  func shell(_ script: String) throws {
    let output = Sandbox.run(
      ["-euc", "cd \(place)\n\(script)"], program: "/bin/bash", environment: [:])
    try #require(output.status == 0, "\(script): \(output)")
  }

  /// Runs a script in a container of the image, with `place` as /work.
  func inside(_ script: String, options: [String] = ["--privileged"]) -> Sandbox.Output {
    let words =
      ["run", "--rm"] + options
      + ["-e", "DKLAB_LANG=en", "-v", "\(place):/work", name, "bash", "-c", script]
    return Sandbox.run(words, environment: environment, seconds: 200)
  }

  /// A submission in `in/` with the first step solved.
  @discardableResult
  func submit(_ student: String, solved: Bool = true) throws -> Step {
    let lab = try GradeBench.lab(Self.labID)
    let step = try #require(lab.steps.first)
    var factory = try SubmissionFactory(lab, student: student)
    if solved { try factory.solve(step) }
    try factory.write(to: bench.path(student))
    return step
  }

  /// The verdicts of the first step in a results.json, by student.
  func verdicts(_ file: String, _ step: Step) throws -> [String: [String: String]] {
    let document = try JSONValue.parse(try File.text(file))
    var found: [String: [String: String]] = [:]
    for submission in document["submissions"]?.array ?? [] {
      let checks = (submission["checks"]?.array ?? []).filter {
        $0["step"]?.string == step.id
      }
      found[submission["student"]?["id"]?.string ?? ""] = Dictionary(
        checks.map { ($0["check"]?.string ?? "", $0["verdict"]?.string ?? "") },
        uniquingKeysWith: { first, _ in first })
    }
    return found
  }

  func close() {
    for image in [name, name + "-base"] {
      _ = Sandbox.run(["rmi", image], environment: environment)
    }
    bench.close()
  }
}
