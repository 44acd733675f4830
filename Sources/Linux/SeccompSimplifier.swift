// The same filter in fewer instructions.
//
// The kernel translates a filter to machine code each time it is loaded, and a filter of more than a
// thousand comparisons takes as long as all namespaces of a container together. Comparisons (jeq, jgt,
// jge) leave the accumulator as it is: beginning at one of them, which instruction that is no comparison
// comes next depends on the accumulator alone. So all that can be reached from there by comparisons is a
// list of ranges, each with the place it leads to, and is written anew as a search in halves. Numbers of
// system calls that are allowed stand in long rows, so that there are far fewer ranges than numbers.
// Everything else (loads, masks, returns) stays what it is.
//
// The program is written from its end: jumps lead forward only, and so the distance to each target is
// known when the jump is written. A jump has eight bits for its distance; what lies farther away is
// reached by a `ja`, or by one more copy when it is a `ret`.
//
// Source: linux/filter.h, linux/bpf_common.h. Next: SeccompCache.swift.

extension SeccompProgram {
  /// The program that gives the same answers, if that one is shorter; else this one.
  func simplified() -> SeccompProgram {
    // The kernel takes no more than 4096 (BPF_MAXINSNS).
    guard instructions.count <= 4096 * 8,
      var simplifier = FilterSimplifier(FilterInstruction.list(instructions)),
      let shorter = simplifier.run()?.flatMap(\.bytes)
    else { return self }
    return shorter.count < instructions.count
      ? SeccompProgram(instructions: shorter, flags: flags) : self
  }
}

private struct FilterSimplifier {
  /// A place of the program that is being written.
  private enum Target: Hashable {
    /// An instruction of the program that is read.
    case old(Int)
    /// `ret` with a constant.
    case answer(UInt32)
    /// One that is written, counted from the end.
    case new(Int)
  }

  /// Values of the accumulator, and where they lead; of one value perhaps elsewhere.
  private struct Range {
    var low: UInt32
    var high: UInt32
    var target: Target
    var exception: (value: UInt32, target: Target)?
  }

  private let old: [FilterInstruction]
  /// The last instruction first.
  private var new: [FilterInstruction] = []
  private var places: [Target: Int] = [:]
  /// Comparisons lead to comparisons in more steps than a stack should hold.
  private var isTooDeep = false

  /// nil when `old` is no program that this knows how to read.
  init?(_ old: [FilterInstruction]) {
    self.old = old
    for (place, instruction) in old.enumerated() {
      for next in instruction.successors(of: place) where next <= place || next >= old.count {
        return nil
      }
    }
    if old.isEmpty { return nil }
  }

  mutating func run() -> [FilterInstruction]? {
    let needed = reachable()
    if isTooDeep { return nil }
    for place in old.indices.reversed() where needed[place] { write(place) }
    // It begins with its first instruction, which a `ja` may have left out or a `ret` not written yet.
    let first = target(0)
    if places[first] != new.count - 1 { _ = follow(first) }
    return new.reversed()
  }

  // MARK: Reading

  /// Where control that comes to `place` really goes.
  private func target(_ place: Int) -> Target {
    var place = place
    while old[place].isJump { place += 1 + Int(old[place].constant) }
    return old[place].isAnswer ? .answer(old[place].constant) : .old(place)
  }

  /// The instructions that are needed: those reached otherwise than from one comparison to the next.
  private mutating func reachable() -> [Bool] {
    var needed = [Bool](repeating: false, count: old.count)
    var waiting = [target(0)]
    while let next = waiting.popLast() {
      guard case .old(let place) = next, !needed[place] else { continue }
      needed[place] = true
      waiting +=
        old[place].isComparison
        ? ranges(from: place).flatMap { [$0.target] + ($0.exception.map { [$0.target] } ?? []) }
        : old[place].successors(of: place).map(target)
    }
    return needed
  }

  /// What the comparisons from `place` on decide, for all values in order.
  private mutating func ranges(from place: Int) -> [Range] {
    var pieces: [Range] = []
    decide(.old(place), 0, .max, &pieces)
    var ranges: [Range] = []
    for piece in pieces {
      if let last = ranges.last, last.target == piece.target {
        ranges[ranges.count - 1].high = piece.high
      } else {
        ranges.append(piece)
      }
    }
    return withExceptions(ranges)
  }

  /// Appends what the comparisons at `start` decide for the values from `low` to `high`.
  private mutating func decide(
    _ start: Target, _ low: UInt32, _ high: UInt32, _ pieces: inout [Range], depth: Int = 0
  ) {
    var (target, low) = (start, low)
    while case .old(let place) = target, old[place].isComparison {
      let (value, code) = (old[place].constant, old[place].code)
      let yes = self.target(place + 1 + Int(old[place].yes))
      let no = self.target(place + 1 + Int(old[place].no))
      // The values for which it is true.
      let first = code == FilterInstruction.greater ? UInt64(value) + 1 : UInt64(value)
      let last = code == FilterInstruction.equal ? UInt64(value) : UInt64(UInt32.max)
      let (from, to) = (max(UInt64(low), first), min(UInt64(high), last))
      guard from <= to else {
        target = no
        continue
      }
      guard depth < 600 else {
        isTooDeep = true
        return
      }
      if UInt64(low) < from { decide(no, low, UInt32(from - 1), &pieces, depth: depth + 1) }
      guard to < UInt64(high) else {
        (target, low) = (yes, UInt32(from))
        continue
      }
      decide(yes, UInt32(from), UInt32(to), &pieces, depth: depth + 1)
      (target, low) = (no, UInt32(to + 1))
    }
    pieces.append(Range(low: low, high: high, target: target))
  }

  /// A single value amid values that all lead elsewhere takes one comparison instead of two.
  private func withExceptions(_ ranges: [Range]) -> [Range] {
    var result: [Range] = []
    var place = 0
    while place < ranges.count {
      var range = ranges[place]
      if place + 2 < ranges.count, ranges[place + 1].low == ranges[place + 1].high,
        ranges[place + 2].target == range.target
      {
        range.exception = (ranges[place + 1].low, ranges[place + 1].target)
        range.high = ranges[place + 2].high
        place += 2
      }
      result.append(range)
      place += 1
    }
    return result
  }

  // MARK: Writing

  private mutating func write(_ place: Int) {
    let instruction = old[place]
    if instruction.isComparison {
      let found = search(ranges(from: place)[...])
      // Perhaps nothing is left to compare.
      places[.old(place)] = self.place(of: found) ?? follow(found)
      return
    }
    if instruction.isConditional {
      let found = branch(
        instruction, yes: target(place + 1 + Int(instruction.yes)),
        no: target(place + 1 + Int(instruction.no)))
      places[.old(place)] = self.place(of: found)
      return
    }
    if !instruction.isReturn {
      let next = target(place + 1)
      if self.place(of: next) != new.count - 1 { _ = follow(next) }
    }
    new.append(instruction)
    places[.old(place)] = new.count - 1
  }

  private mutating func search(_ ranges: ArraySlice<Range>) -> Target {
    guard ranges.count > 1, let first = ranges.first else {
      guard let only = ranges.first else { preconditionFailure("no values") }
      guard let exception = only.exception else { return only.target }
      return branch(
        FilterInstruction.jumpIfEqual(exception.value, yes: 0, no: 0), yes: exception.target,
        no: only.target)
    }
    let middle = ranges.startIndex + ranges.count / 2
    let upper = search(ranges[middle...])
    let lower = search(ranges[..<middle])
    if ranges.count == 2, first.low == first.high, first.exception == nil {
      return branch(
        FilterInstruction.jumpIfEqual(first.low, yes: 0, no: 0), yes: lower, no: upper)
    }
    return branch(
      FilterInstruction.jumpIfGreaterOrEqual(ranges[middle].low, yes: 0, no: 0), yes: upper,
      no: lower)
  }

  /// Writes `instruction` with these targets.
  private mutating func branch(
    _ instruction: FilterInstruction, yes: Target, no: Target
  ) -> Target {
    // Reaching the second may put one instruction between.
    let first = reach(yes, within: 253)
    let second = reach(no, within: 254)
    var instruction = instruction
    instruction.yes = UInt8(new.count - 1 - first)
    instruction.no = UInt8(new.count - 1 - second)
    new.append(instruction)
    return .new(new.count - 1)
  }

  private func place(of target: Target) -> Int? {
    if case .new(let place) = target { return place }
    return places[target]
  }

  /// A place that leads to `target`, at most `limit` instructions behind the next one.
  private mutating func reach(_ target: Target, within limit: Int) -> Int {
    if let place = place(of: target), new.count - 1 - place <= limit { return place }
    return follow(target)
  }

  /// Writes what leads to `target` as the next instruction, and returns its place.
  private mutating func follow(_ target: Target) -> Int {
    if case .answer(let value) = target {
      new.append(FilterInstruction(code: FilterInstruction.answer, constant: value))
    } else {
      guard let place = place(of: target) else { preconditionFailure("a jump backwards") }
      new.append(
        FilterInstruction(
          code: FilterInstruction.jump, constant: UInt32(new.count - 1 - place)))
    }
    places[target] = new.count - 1
    return new.count - 1
  }
}

extension FilterInstruction {
  fileprivate static let jump: UInt16 = 0x05
  fileprivate static let answer: UInt16 = 0x06
  fileprivate static let equal: UInt16 = 0x15
  fileprivate static let greater: UInt16 = 0x25
  fileprivate static let greaterOrEqual: UInt16 = 0x35

  fileprivate var isJump: Bool { code == Self.jump }
  fileprivate var isAnswer: Bool { code == Self.answer }
  /// BPF_RET, with a constant or the accumulator.
  fileprivate var isReturn: Bool { code & 7 == 6 }
  /// A comparison of the accumulator with a constant.
  fileprivate var isComparison: Bool {
    code == Self.equal || code == Self.greater || code == Self.greaterOrEqual
  }
  /// BPF_JMP, but the one without a condition.
  fileprivate var isConditional: Bool { code & 7 == 5 && !isJump }

  /// Where control may go from here.
  fileprivate func successors(of place: Int) -> [Int] {
    if isReturn { return [] }
    if isJump { return [place + 1 + Int(constant)] }
    return isConditional ? [place + 1 + Int(yes), place + 1 + Int(no)] : [place + 1]
  }

  fileprivate static func list(_ bytes: [UInt8]) -> [FilterInstruction] {
    bytes.withUnsafeBytes { raw in
      (0..<bytes.count / 8).map { place in
        FilterInstruction(
          code: raw.loadUnaligned(fromByteOffset: place * 8, as: UInt16.self),
          yes: raw[place * 8 + 2], no: raw[place * 8 + 3],
          constant: raw.loadUnaligned(fromByteOffset: place * 8 + 4, as: UInt32.self))
      }
    }
  }
}
