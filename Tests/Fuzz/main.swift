// Throws damaged input at the parsers that read what strangers wrote, until the time is over.
//
//   Fuzz TARGET SECONDS [SEED]     damages the seeds of TARGET, and what came of them
//   Fuzz TARGET FILE               reads one file: to look at a crash again
//   Fuzz list                      the targets
//
// An error is fine, a crash is not, and neither is a single input that takes longer than ten seconds.
// The input at hand lies in fuzz-TARGET.input, mapped into memory, so it is there whatever happens;
// a run that ends well removes it. `make fuzz` runs all targets.

import Glibc
import Linux
import Support

let words = Array(CommandLine.arguments.dropFirst())

func stop(_ message: String, _ status: Int32 = 2) -> Never {
  try? writeAll(2, "Fuzz: \(message)\n")
  exit(status)
}

// The API starts its workers under this name; there is nothing for them to do here.
if CommandLine.arguments.first == "dklab" { exit(1) }
if words == ["list"] {
  for target in FuzzTarget.all { print(target.name) }
  exit(0)
}
guard words.count >= 2, let target = FuzzTarget.all.first(where: { $0.name == words[0] }) else {
  stop(
    "usage: Fuzz TARGET SECONDS|FILE [SEED]; targets: "
      + FuzzTarget.all.map(\.name).joined(separator: " "))
}
guard let seconds = Int64(words[1]) else {
  do {
    target.run(try File.read(words[1]))
    exit(0)
  } catch {
    stop("\(error)")
  }
}
let seed = words.count > 2 ? UInt64(words[2]) ?? 1 : UInt64(wallClockNanoseconds())
do {
  try Fuzzer(target, seed: seed).run(seconds: seconds)
} catch {
  stop("\(error)")
}
