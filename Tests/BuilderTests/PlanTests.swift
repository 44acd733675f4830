import Images
import Support
import Testing

@testable import Builder

/// A cache that has what a test put there, and files that are what a test says.
final class FakeCache: CacheView {
  var known: [BuildCacheEntry] = []
  var files: [String: String] = [:]

  func layer(for key: String) throws -> Digest? { known.first { $0.key == key }?.layer }
  func entries(on chain: String) throws -> [BuildCacheEntry] { known.filter { $0.parent == chain } }
  func entries() throws -> [BuildCacheEntry] { known }

  func inputs(of step: Step, layers: [Int: [Digest]]) throws -> [String] {
    guard case .copy(let work) = step.operation else { return [] }
    return work.instruction.sources.flatMap { source in
      files.sorted { $0.key < $1.key }.filter { source == "." || $0.key == source }
        .map { "\(CacheKey.hash([$0.value])) /\($0.key)" }
    }
  }

  /// Remembers every step of `build`, as if it had run.
  func remember(_ build: ResolvedBuild) throws {
    var layers: [Int: [Digest]] = [:]
    for index in build.order {
      guard let stage = build.stages[index], var current = stage.baseLayers(layers) else {
        continue
      }
      for step in stage.steps {
        let chain = CacheKey.chain(current)
        let inputs = try inputs(of: step, layers: layers)
        let key = CacheKey.key(step.operation, on: chain, inputs: inputs, sourceDate: nil)
        let layer = try #require(Digest(hex: CacheKey.hash(["layer", key])))
        known.append(
          BuildCacheEntry(
            key: key, parent: chain, operation: step.operationText,
            inputs: inputs.joined(separator: "\n"), layer: layer, size: 1, created: 1))
        current.append(layer)
      }
      layers[index] = current
    }
  }
}

@Suite("Plans of builds") struct PlanTests {
  static let source = """
    FROM busybox AS build
    COPY app.py /src/
    RUN make
    FROM busybox AS unused
    RUN never
    FROM busybox
    WORKDIR /app
    COPY . .
    RUN install
    COPY --from=build /out /out
    """

  private func resolve(
    _ source: String, _ change: (inout BuildOptions) -> Void = { _ in }
  ) throws -> ResolvedBuild {
    var options = BuildOptions()
    change(&options)
    return try StageResolver.resolve(
      Dockerfile(parsing: source), options, image: GoldenTests.base)
  }

  private func cache() throws -> FakeCache {
    let cache = FakeCache()
    cache.files = ["app.py": "1", "README": "1"]
    return cache
  }

  @Test("nothing is there before the first build, and everything after it")
  func firstAndSecond() throws {
    let cache = try cache()
    let build = try resolve(PlanTests.source)
    let first = try BuildPlan.plan(build, cache: cache).text(.en)
    #expect(
      first == """
        [build 1/3] FROM docker.io/library/busybox
          ! [build 2/3] COPY app.py /src/
              runs: never built before
          ! [build 3/3] RUN make
              runs: a step above runs
        [stage-2 1/5] FROM docker.io/library/busybox
          ! [stage-2 2/5] WORKDIR /app
              runs: never built before
          ! [stage-2 3/5] COPY . .
              runs: a step above runs
          ! [stage-2 4/5] RUN install
              runs: a step above runs
          ! [stage-2 5/5] COPY --from=build /out /out
              runs: a step above runs
        stage unused: not needed, left out
        0 of 6 steps cached, 6 to run

        """)
    try cache.remember(build)
    let second = try BuildPlan.plan(build, cache: cache)
    #expect(second.hits == 6)
    #expect(second.text(.ko).contains("전체 6단계 가운데 6단계는 캐시에 있고 0단계를 실행합니다"))
  }

  @Test("a changed file is named, and only what is behind it runs")
  func changedFile() throws {
    let cache = try cache()
    let build = try resolve(PlanTests.source)
    try cache.remember(build)
    cache.files = ["app.py": "1", "README": "2", "new": "1"]
    let text = try BuildPlan.plan(build, cache: cache).text(.en)
    #expect(text.contains("  = [build 3/3] RUN make"), "\(text)")
    #expect(text.contains("  = [stage-2 2/5] WORKDIR /app"), "\(text)")
    #expect(
      text.contains("! [stage-2 3/5] COPY . .\n      runs: changed: README; new: new"), "\(text)")
    #expect(text.contains("3 of 6 steps cached, 3 to run"), "\(text)")
  }

  @Test(
    "a reason is given for every kind of change",
    arguments: [
      ("RUN make", "RUN make all", "the instruction changed: was RUN make"),
      ("FROM busybox AS build", "FROM busybox AS build\nENV A=1", "environment, user"),
      ("# nothing", "# another comment", "6 of 6 steps cached"),
      ("RUN make", "\nRUN   make", "6 of 6 steps cached"),
    ])
  func reasons(old: String, new: String, reason: String) throws {
    let cache = try cache()
    let before = "# nothing\n" + PlanTests.source
    try cache.remember(resolve(before))
    let after = before.split(separator: "\n").map { $0 == old ? new : String($0) }
    let text = try BuildPlan.plan(resolve(after.joined(separator: "\n")), cache: cache).text(.en)
    #expect(text.contains(reason), "\(text)")
  }

  @Test("--no-cache runs everything, and a build argument counts only once it is declared")
  func options() throws {
    let cache = try cache()
    let source = "FROM busybox\nRUN one\nARG VERSION\nRUN two\n"
    try cache.remember(resolve(source))
    let none = try BuildPlan.plan(resolve(source) { $0.ignoresCache = true }, cache: cache)
    #expect(none.hits == 0)
    let other = try BuildPlan.plan(
      resolve(source) { $0.arguments = ["VERSION": "2", "HTTP_PROXY": "x"] }, cache: cache)
    #expect(other.nodes.map(\.verdict) == [.hit, .miss(.settings)])
  }
}
