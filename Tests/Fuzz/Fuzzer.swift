import Glibc
import Linux
import Support

/// Feeds one target.
final class Fuzzer {
  private let target: FuzzTarget
  private let seed: UInt64
  private var mutator: Mutator
  private let path: String
  private let memory: UnsafeMutableRawBufferPointer

  private static let sizeLimit = 64 << 10

  /// `seed` decides everything that happens.
  init(_ target: FuzzTarget, seed: UInt64) throws {
    self.target = target
    self.seed = seed
    mutator = Mutator(seed: seed, words: target.words)
    path = "fuzz-\(target.name).input"
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_TRUNC, mode: 0o600)
    let size = Self.sizeLimit + 8
    try check(ftruncate(file.number, off_t(size)), "ftruncate", path)
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0),
      start != MAP_FAILED
    else { throw SyscallError("mmap", path) }
    memory = UnsafeMutableRawBufferPointer(start: start, count: size)
  }

  /// Runs for so long; ends the process when something is wrong.
  func run(seconds: Int64) throws {
    // An endless loop ends by this signal, and its input is in the file.
    signal(SIGALRM) { _ in
      _ = "Fuzz: one input took longer than ten seconds\n".withCString {
        write(STDERR_FILENO, $0, strlen($0))
      }
      _exit(3)
    }
    var pool = target.seeds
    for input in pool { feed(input) }
    let deadline = monotonicMilliseconds() + seconds * 1000
    var count: Int64 = 0
    var accepted: Int64 = 0
    while monotonicMilliseconds() < deadline {
      for _ in 0..<64 {
        let parent = pool[mutator.below(pool.count)]
        let other = pool[mutator.below(pool.count)]
        let input = Array(mutator.mutate(parent, other).prefix(Self.sizeLimit))
        let isAccepted = feed(input)
        count += 1
        accepted += isAccepted ? 1 : 0
        // What still parses is worth damaging further: it gets deeper than what fails at once.
        if isAccepted, mutator.below(8) == 0 {
          if pool.count < 4096 {
            pool.append(input)
          } else {
            pool[target.seeds.count + mutator.below(pool.count - target.seeds.count)] = input
          }
        }
      }
    }
    alarm(0)
    unlink(path)
    print("\(target.name): \(count) inputs, \(accepted) accepted, seed \(seed)")
  }

  @discardableResult
  private func feed(_ input: [UInt8]) -> Bool {
    let bytes = input.prefix(Self.sizeLimit)
    bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
    // The length stands behind the content, so that the content can be looked at as it is.
    memory.storeBytes(of: UInt64(bytes.count), toByteOffset: Self.sizeLimit, as: UInt64.self)
    alarm(10)
    return target.run(Array(bytes))
  }
}

/// Damages input.
struct Mutator {
  private var state: UInt64
  private let words: [[UInt8]]

  init(seed: UInt64, words: [String]) {
    state = seed | 1
    self.words = words.map { Array($0.utf8) }
  }

  private mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// A number from 0 to `limit` - 1.
  mutating func below(_ limit: Int) -> Int { Int(next() >> 1) % max(limit, 1) }

  /// `input` with one to eight pieces of damage; `other` may lend some of its bytes.
  mutating func mutate(_ input: [UInt8], _ other: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0...below(8) {
      let place = below(bytes.count + 1)
      switch below(10) {
      case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next())
      case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + below(16)))
      case 3: bytes.insert(contentsOf: bytes[place...].prefix(below(64)), at: place)
      case 4 where !words.isEmpty: bytes.insert(contentsOf: words[below(words.count)], at: place)
      case 5:
        let start = below(other.count + 1)
        bytes.replaceSubrange(
          place..<min(bytes.count, place + below(32)), with: other[start...].prefix(below(128)))
      case 6: bytes = Array(bytes[..<place])
      case 7 where place < bytes.count:
        // The values that end ranges.
        let edge: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, 0x30, 0x39, 0x0a, 0x5c]
        bytes[place] = edge[below(edge.count)]
      case 8: bytes += other[below(other.count + 1)...].prefix(below(2048))
      default:
        let digits = Array(String(next() >> UInt64(below(64))).utf8)
        bytes.replaceSubrange(place..<min(bytes.count, place + digits.count), with: digits)
      }
    }
    return bytes
  }
}
