import Support
import Testing

@testable import Commands
@testable import Engine

struct SmallOptionsTests {
  @Test("names of containers follow docker's pattern")
  func names() throws {
    for good in ["web", "a1", "A.b-c_d", "0x"] { #expect(ContainerName.isValid(good)) }
    for bad in ["", "a", "-a", ".a", "a b", "한글", "a/b", "a:b"] {
      #expect(!ContainerName.isValid(bad))
    }
    #expect(try ContainerName.check("/web") == "web")
    let error = #expect(throws: DklabError.self) { try ContainerName.check("a b") }
    #expect(
      error?.message.en
        == "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
  }

  @Test("random names are valid, many, and get digits when asked again")
  func randomNames() {
    var generator = SystemRandomNumberGenerator()
    let names = (0..<200).map { _ in RandomName.make(using: &generator) }
    #expect(names.allSatisfy(ContainerName.isValid) && Set(names).count > 100)
    #expect(names.allSatisfy { $0.split(separator: "_").count == 2 })
    #expect(RandomName.make(attempt: 1, using: &generator).last?.isNumber == true)
    #expect(Set(RandomName.moods).count == RandomName.moods.count)
    #expect(Set(RandomName.subjects).count == RandomName.subjects.count)
  }

  @Test("detach keys are letters and control keys")
  func detachKeys() throws {
    #expect(try DetachKeys.parse("ctrl-p,ctrl-q") == [16, 17] && DetachKeys.standard == [16, 17])
    #expect(try DetachKeys.parse("a,ctrl-a,CTRL-z,ctrl-@,ctrl-[,ctrl-_") == [97, 1, 26, 0, 27, 31])
    for bad in ["", "ab", "ctrl-", "ctrl-1", "ctrl-p,", "한"] {
      #expect(throws: DklabError.self) { try DetachKeys.parse(bad) }
    }
  }

  @Test("filters are known by their command, and any value of a key will do")
  func filters() throws {
    let filters = try Filters(
      ["name=a", "name=b", "label=x=1", "label=y"], known: ["name", "label"])
    #expect(filters["name"] == ["a", "b"] && !filters.isEmpty)
    #expect(filters.allow("name") { $0 == "b" } && !filters.allow("name") { $0 == "c" })
    #expect(filters.allow("other") { _ in false })
    #expect(filters.allowLabels(["x": "1", "y": ""]) && !filters.allowLabels(["x": "1"]))
    #expect(!filters.allowLabels(["x": "2", "y": ""]))
    let unknown = #expect(throws: DklabError.self) { try Filters(["foo=1"], known: ["name"]) }
    #expect(
      unknown?.message.en == "invalid filter 'foo'" && unknown?.hint?.en == "filters here are name")
    let format = #expect(throws: DklabError.self) { try Filters(["foo"], known: ["name"]) }
    #expect(format?.exitStatus == 125)
    #expect(try Filters(["dangling=true"], known: ["dangling"]).bool("dangling") == true)
    #expect(try Filters([], known: []).bool("dangling") == nil)
    #expect(throws: DklabError.self) {
      try Filters(["dangling=x"], known: ["dangling"]).bool("dangling")
    }
  }

  @Test("moments are times, dates, seconds or lengths of time ago")
  func times() throws {
    let now: Int64 = 1_000_000_000_000_000_000
    #expect(try TimeOption.parse("10m", now: now) == now - 600_000_000_000)
    #expect(try TimeOption.parse("1h30m", now: now) == now - 5_400_000_000_000)
    #expect(try TimeOption.parse("1970-01-01T00:00:01Z", now: now) == 1_000_000_000)
    #expect(try TimeOption.parse("12.5", now: now) == 12_500_000_000)
    #expect(try TimeOption.parse("0", now: now) == 0)
    let day =
      try TimeOption.parse("2024-05-02", now: now) - TimeOption.parse("2024-05-01", now: now)
    #expect(day == 86_400_000_000_000)
    #expect(
      try TimeOption.parse("2024-05-01T12:30", now: now) - TimeOption.parse("2024-05-01", now: now)
        == 45_000_000_000_000)
    for bad in ["", "x", "2024", "10x", "2024-13-01"] where bad != "2024" {
      #expect(throws: DklabError.self) { try TimeOption.parse(bad, now: now) }
    }
  }

  @Test(
    "numbers and lengths of time are read as Go reads them",
    arguments: [
      ("10", 10), ("-1", -1), ("+5", 5), ("0x1f", 31), ("010", 8), ("0b11", 3), ("0", 0),
    ] as [(String, Int64)])
  func integers(text: String, value: Int64) throws {
    #expect(try GoValue.int(text) == value)
  }

  @Test("what is no number is refused in Go's words")
  func badNumbers() {
    for (text, why) in [
      ("x", "invalid syntax"), ("", "invalid syntax"), ("1.5", "invalid syntax"),
      ("99999999999999999999", "value out of range"), ("1_000", "invalid syntax"),
    ] {
      let error = #expect(throws: DklabError.self) { try GoValue.int(text) }
      #expect(error?.message.en == "strconv.ParseInt: parsing \"\(text)\": \(why)")
    }
  }

  @Test("durations have units")
  func durations() throws {
    #expect(
      try GoValue.duration("1.5s") == 1_500_000_000 && GoValue.duration("-1m") == -60_000_000_000)
    #expect(try GoValue.duration("300ms") == 300_000_000 && GoValue.duration("0") == 0)
    for (text, message) in [
      ("x", "time: invalid duration \"x\""), ("", "time: invalid duration \"\""),
      ("5", "time: missing unit in duration \"5\""),
      ("5d", "time: unknown unit \"d\" in duration \"5d\""),
    ] {
      let error = #expect(throws: DklabError.self) { try GoValue.duration(text) }
      #expect(error?.message.en == message)
    }
  }

  @Test("security options are known, and profiles are read from their file")
  func security() throws {
    #expect(try SecurityOption.parse("no-new-privileges") == "no-new-privileges")
    #expect(try SecurityOption.parse("no-new-privileges:true") == "no-new-privileges")
    #expect(try SecurityOption.parse("seccomp=unconfined") == "seccomp=unconfined")
    #expect(try SecurityOption.parse("seccomp=/dev/null") == "seccomp=")
    #expect(try SecurityOption.parse("label:disable") == "label=disable")
    let unknown = #expect(throws: DklabError.self) { try SecurityOption.parse("foo") }
    #expect(unknown?.message.en == "Invalid --security-opt: \"foo\"")
    let missing = #expect(throws: DklabError.self) { try SecurityOption.parse("seccomp=/nonexist") }
    #expect(
      missing?.message.en
        == "opening seccomp profile (/nonexist) failed: open /nonexist: no such file or directory")
  }

  @Test("the Korean keyboard's y is a yes")
  func confirmation() {
    for yes in ["y", "Y", "yes", "ㅛ", "예"] { #expect(Confirmation.isYes(yes)) }
    for no in ["", "n", "nope", "ㅜ"] { #expect(!Confirmation.isYes(no)) }
  }

  @Test("a colon makes a container's path unless the text is surely a path")
  func copyPlaces() {
    #expect(CopyPlace("web:/etc/x").container == "web" && CopyPlace("web:/etc/x").path == "/etc/x")
    #expect(CopyPlace("web:x").path == "/x" && CopyPlace("./a:b").container == nil)
    #expect(CopyPlace("/a:b").container == nil && CopyPlace("file").container == nil)
  }

  @Test("the program is named after the file it was started as")
  func programName() {
    #expect(
      ProgramName.from("/usr/bin/docker") == "docker" && ProgramName.from("podman") == "podman")
    #expect(ProgramName.from("/opt/dklab") == "dklab" && ProgramName.from("") == "dklab")
  }
}
