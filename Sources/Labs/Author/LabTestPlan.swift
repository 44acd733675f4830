import Support

/// What `lab test` plays, in an order that the seed decides. Pure: labs and seed become a list.
struct LabTestPlan {
  private(set) var plays: [LabTest.Play] = []

  /// The plays of `labs`, only those of the step `only` when that is given. With more than one of
  /// `seeds` every lab is solved with so many sets of values.
  init(_ labs: [Lab], step only: String? = nil, seed: UInt64, seeds: Int = 1) {
    var all: [LabTest.Play] = []
    for lab in labs {
      for step in lab.steps { all += Self.plays(of: step, in: lab) }
      for number in 0..<max(1, (seeds + 1) / 2) {
        all.append(
          LabTest.Play(
            folder: lab.folder, lab: lab.id, kind: .through, id: String(number + 1),
            ports: Self.ports(lab.steps.flatMap(\.solution) + lab.setup)))
      }
    }
    for place in all.indices {
      all[place].number = place
      // Two playings through follow each other, so each play has room for two.
      all[place].seed = seed &+ 2 &* UInt64(place)
    }
    var random = SeededGenerator(seed: seed, purpose: "order")
    plays = all.filter { only == nil || $0.step == only }.shuffled(using: &random)
  }

  /// The plays of the mistakes that `labs` collect, only those of the step `only` when that is given.
  init(mistakesOf labs: [Lab], step only: String? = nil, seed: UInt64) throws {
    for lab in labs {
      for (step, wrong) in try MistakeReader.read(lab) where only == nil || only == step.id {
        let scripts = Self.foundations(of: step, in: lab).flatMap(\.solution) + [wrong.script]
        plays.append(
          LabTest.Play(
            folder: lab.folder, lab: lab.id, step: step.id, kind: .mistake, id: wrong.id,
            number: plays.count, seed: seed &+ UInt64(plays.count), ports: Self.ports(scripts)))
      }
    }
  }

  /// Every lab of `labs` solved with the values of `seeds` seeds from `seed` on. `text` is that of a lab's file:
  /// seeds that give it the same text but for words (tokens and names: of one length, of letters and digits)
  /// ask the same of a student, and are done once. A test of the shipped labs looks at
  /// all that words become part of.
  init(solving labs: [Lab], text: (Lab) throws -> String, seed: UInt64, seeds: Int) throws {
    for lab in labs {
      let text = try text(lab)
      let words = Dictionary(
        uniqueKeysWithValues: (lab.variables.filter(\.isDrawn).map(\.name) + ["token"]).map {
          ($0, "word")
        })
      var seen: Set<String> = []
      for own in seed..<(seed + UInt64(seeds)) {
        let values = try Variables(lab.variables, seed: own, kernel: "0")
        let plain = Variables(values: values.values.merging(words) { $1 })
        guard seen.insert(plain.fillExactly(text)).inserted else { continue }
        plays.append(
          LabTest.Play(
            folder: lab.folder, lab: lab.id, kind: .seed, id: String(own), number: plays.count,
            seed: own, ports: Self.ports(lab.steps.flatMap(\.solution) + lab.setup)))
      }
    }
    var random = SeededGenerator(seed: seed, purpose: "order")
    plays.shuffle(using: &random)
  }

  private static func plays(of step: Step, in lab: Lab) -> [LabTest.Play] {
    let before = foundations(of: step, in: lab).flatMap { $0.setup + $0.solution } + lab.setup
    func play(_ kind: LabTest.Play.Kind, _ id: String, _ own: [Script]) -> LabTest.Play {
      LabTest.Play(
        folder: lab.folder, lab: lab.id, step: step.id, kind: kind, id: id,
        ports: ports(before + step.setup + own))
    }
    let solution = play(.solution, "", step.solution)
    let alternatives = step.alternatives.map { play(.alternative, $0.id, [$0.script]) }
    let wrongs = step.wrongs.map { wrong in
      play(.wrong, wrong.id, [wrong.script] + (wrong.afterSolution ? step.solution : []))
    }
    return [solution] + alternatives + wrongs
  }

  /// The steps that `step` builds on, directly or not, in the lab's order.
  static func foundations(of step: Step, in lab: Lab) -> [Step] {
    var needed: Set<String> = []
    var open = step.after
    while let id = open.popLast() {
      if needed.insert(id).inserted { open += lab.step(id)?.after ?? [] }
    }
    return lab.steps.filter { needed.contains($0.id) }
  }

  /// Ports of the host that are written out in commands: `-p 80:…`.
  static func ports(_ scripts: [Script]) -> Set<Int> {
    Set(
      scripts.flatMap { script in
        script.text.matches(of: /(?:-[a-zA-Z]*p|--publish)[ =]?(?:[0-9.]+:)?([0-9]+):/)
          .compactMap { Int($0.1) }
      })
  }
}
