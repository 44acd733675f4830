/// Random numbers that are the same for the same seed on every machine: SplitMix64 (Steele, Lea
/// and Flood 2014), whose whole state is one counter.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// A generator for one purpose of a seed, so that adding a variable does not change the others.
  init(seed: UInt64, purpose: String) {
    self.init(seed: seed ^ stableHash(purpose))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// A hash of `text` that never changes between runs or versions (FNV-1a, 64 bits). For noticing
/// changes, not for security.
func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
