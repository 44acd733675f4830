import Documents
import Testing

@testable import Kube

@Suite("What pods and nodes use")
struct MetricsBookTests {
  private let second: Int64 = 1_000_000_000
  private let start: Int64 = 1_735_689_600_000_000_000

  private func container(_ name: String, cpu: UInt64, memory: UInt64 = 4 << 20, id: String = "")
    -> UsageSample.Container
  {
    UsageSample.Container(
      id: id.isEmpty ? name : id, namespace: "default", pod: "web", name: name, startedAt: start,
      reading: .init(cpu: cpu, memory: memory))
  }

  private func sample(_ seconds: Int64, _ containers: [UsageSample.Container], cpu: UInt64 = 0)
    -> UsageSample
  {
    UsageSample(
      node: "node", time: start + seconds * second, machine: .init(cpu: cpu, memory: 1 << 30),
      containers: containers)
  }

  @Test("is the rate between two samples, and the memory at the later one")
  func rate() throws {
    let book = MetricsBook()
    book.take(sample(100, [container("main", cpu: 7_000_000_000)], cpu: 40_000_000_000))
    #expect(book.nodes(now: start + 101 * second).isEmpty)
    book.take(
      sample(
        110, [container("main", cpu: 9_500_000_000, memory: 6 << 20)], cpu: 55_000_000_000))
    let now = start + 112 * second
    let pod = try #require(book.pods(in: "default", now: now).first)
    #expect(pod.text("timestamp") == "2025-01-01T00:01:50Z" && pod.text("window") == "10s")
    #expect(
      pod.list("containers") == [["name": "main", "usage": ["cpu": "250m", "memory": "6Mi"]]])
    let node = try #require(book.nodes(now: now).first)
    #expect(node.name == "node" && node.text("usage", "cpu") == "1500m")
    #expect(node.text("usage", "memory") == "1Gi")
    #expect(book.pods(in: "other", now: now).isEmpty)
    // A node that says nothing any more has no numbers.
    #expect(book.pods(in: "", now: start + 171 * second).isEmpty)
  }

  @Test("nodes of one machine do not count each other's pods")
  func shares() throws {
    let book = MetricsBook()
    for (node, cpu, memory) in [("one", UInt64(5), UInt64(100 << 20)), ("two", 2, 300 << 20)] {
      for time in [Int64(100), 110] {
        let used = time == 110 ? cpu * 1_000_000_000 : 0
        var sample = sample(
          time, [container(node, cpu: 1_000_000_000 + used, memory: memory)],
          cpu: time == 110 ? 20_000_000_000 : 10_000_000_000)
        sample.node = node
        book.take(sample)
      }
    }
    let nodes = book.nodes(now: start + 111 * second)
    func usage(_ name: String, _ resource: String) -> String? {
      nodes.first { $0.name == name }?.text("usage", resource)
    }
    // The machine has used one processor: half of it for one's pod, a fifth for two's.
    #expect(usage("one", "cpu") == "800m" && usage("two", "cpu") == "500m")
    #expect(usage("one", "memory") == "724Mi" && usage("two", "memory") == "924Mi")
  }

  @Test("counts from a container's start when it is new, and not before it has run a while")
  func new() throws {
    let book = MetricsBook()
    book.take(sample(2, [container("main", cpu: 1_000_000_000)]))
    #expect(book.pods(in: "", now: start + 3 * second).isEmpty)
    book.take(sample(8, [container("main", cpu: 4_000_000_000)]))
    #expect(book.pods(in: "", now: start + 9 * second)[0].text("window") == "6s")
    let other = MetricsBook()
    other.take(sample(8, [container("main", cpu: 4_000_000_000)]))
    let pod = try #require(other.pods(in: "", now: start + 9 * second).first)
    #expect(pod.text("window") == "8s")
    #expect(pod.list("containers")[0].text("usage", "cpu") == "500m")
  }

  @Test("a pod of which one container is not known yet is left out")
  func partial() {
    let book = MetricsBook()
    book.take(sample(100, [container("main", cpu: 7_000_000_000)]))
    var late = container("late", cpu: 5)
    late.startedAt = start + 109 * second
    book.take(sample(110, [container("main", cpu: 8_000_000_000), late]))
    #expect(book.pods(in: "", now: start + 111 * second).isEmpty)
    // A counter that was begun anew is no rate.
    book.take(sample(120, [container("main", cpu: 1), late]))
    #expect(book.pods(in: "", now: start + 121 * second).isEmpty)
  }

  @Test("travels as JSON")
  func json() {
    let sample = sample(3, [container("main", cpu: 17)], cpu: 5)
    #expect(UsageSample(sample.json) == sample)
    #expect(UsageSample(["node": "x"]) == nil)
  }
}
