// A process to be limited: the tests of Linux run it, since none of this can be undone in the
// process that tries it, and the test process has threads.
//
//   LinuxProbe filter PROFILE CAPABILITIES COMMAND…   loads a seccomp filter, then execs
//   LinuxProbe capabilities SETS-JSON USER COMMAND…   takes on a user and capability sets
//   LinuxProbe enter CGROUP-JSON COMMAND…             moves itself into a control group
//   LinuxProbe born CGROUP-JSON COMMAND…              has a child that is born in a control group
//   LinuxProbe calls NAME[:ARG…]…                     makes system calls, prints each errno
//   LinuxProbe status                                 prints what /proc/self/status has of these
//   LinuxProbe eat MEGABYTES                          uses that much memory
//   LinuxProbe forks COUNT                            prints how many children it could have
//   LinuxProbe open PATH r|w                          prints the errno of opening
//   LinuxProbe agent SOCKET CALL=VALUE…               answers the system calls of containers
//   LinuxProbe own NAME TEXT SCRIPT                   writes a file of its own in /proc after a shell script
//                                                     has run, prints the errno

import CLinux
import CSeccomp
import FoundationEssentials
import Glibc
import Linux
import Support

let words = Array(CommandLine.arguments.dropFirst())

func fail(_ message: String) -> Never {
  try? writeAll(2, "LinuxProbe: \(message)\n")
  exit(125)
}

func say(_ line: String) { try? writeAll(1, line + "\n") }

func become(_ command: ArraySlice<String>) -> Never {
  guard let program = command.first else { exit(0) }
  var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
  arguments.append(nil)
  execvp(program, &arguments)
  fail("\(program): \(errnoName(errno))")
}

func decode<Value: Decodable>(_ json: String) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(json.utf8))
}

func profile(_ name: String) throws -> SeccompProfile {
  name == "default" ? .dockerDefault : try decode(try File.text(name))
}

/// `socket:40:1:0`: missing arguments are -1, which no call can do anything with. `500` is the
/// call with that number.
func makeCall(_ word: String) {
  let parts = word.split(separator: ":").map(String.init)
  let number = Int32(parts[0]) ?? seccomp_syscall_resolve_name(parts[0])
  guard number >= 0 else { return say("\(word) absent") }
  let given = parts.dropFirst().map { Int($0) ?? -1 }
  let all = given + [Int](repeating: -1, count: 6 - given.count)
  let result = dk_syscall(Int(number), all[0], all[1], all[2], all[3], all[4], all[5])
  say("\(word) \(result < 0 ? errnoName(errno) : "ok")")
}

do {
  switch words.first {
  case "filter" where words.count > 2:
    let set = try CapabilitySet(names: words[2].split(separator: ",").map(String.init))
    let program = try profile(words[1]).compile(capabilities: set)
    try ProcessControl.setNoNewPrivileges()
    try program.load()
    become(words[3...])
  case "capabilities" where words.count > 2:
    let sets: CapabilitySets = try decode(words[1])
    try sets.dropBounding()
    try CapabilitySets.keepAcrossUserChange()
    let user = uid_t(words[2]) ?? 0
    try check(setgroups(0, nil), "setgroups")
    try check(dk_setresgid(user), "setresgid")
    try check(dk_setresuid(user), "setresuid")
    try sets.apply()
    become(words[3...])
  case "enter" where words.count > 1:
    let group: CgroupHandle = try decode(words[1])
    try group.enter()
    become(words[2...])
  case "born" where words.count > 1:
    let group: CgroupHandle = try decode(words[1])
    let directory = try group.openForClone()?.release()
    guard case .parent(let child, _) = try cloneProcess([], cgroup: directory ?? -1) else {
      try group.enter(born: directory != nil)
      become(words[2...])
    }
    exit(try waitFor(child).code)
  case "calls": words.dropFirst().forEach(makeCall)
  case "status":
    for line in try File.text("/proc/self/status").split(separator: "\n")
    where ["Cap", "Sec", "NoN", "Uid"].contains(line.prefix(3)) {
      say(String(line))
    }
  case "eat" where words.count > 1:
    let size = (Int(words[1]) ?? 0) << 20
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    memset(memory, 1, size)
    say("ate \(words[1])")
  case "forks" where words.count > 1: countForks(Int(words[1]) ?? 0)
  case "open" where words.count > 2:
    let file = open(words[1], words[2] == "w" ? O_WRONLY : O_RDONLY)
    say(file < 0 ? errnoName(errno) : "ok")
  case "agent" where words.count > 1:
    var agent = try Agent(path: words[1], words.dropFirst(2))
    try agent.serve()
  case "own" where words.count > 3:
    let shell = try check(dk_fork(), "fork")
    if shell == 0 { become(["/bin/sh", "-c", words[3]]) }
    _ = try waitFor(shell)
    do {
      try OwnProcessFile.command(words[1], words[2])
      say("written")
    } catch let error as SyscallError {
      say(errnoName(error.errno))
    }
  default: fail("see the top of main.swift")
  }
} catch {
  fail("\(error)")
}

/// Starts children that wait, until one cannot be started; then lets them all go.
func countForks(_ wanted: Int) {
  var children: [pid_t] = []
  for _ in 0..<wanted {
    let child = dk_fork()
    if child == 0 {
      pause()
      exit(0)
    }
    if child < 0 { break }
    children.append(child)
  }
  say(String(children.count))
  for child in children {
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }
}
