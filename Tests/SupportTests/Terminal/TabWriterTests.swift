import Testing

@testable import Support

struct TabWriterTests {
  @Test("columns are aligned as in docker's tables")
  func dockerTable() {
    // Compared with `docker context ls` of docker 28.2.
    #expect(
      TabWriter.align([
        "NAME\tDESCRIPTION\tDOCKER ENDPOINT\tERROR",
        "default *\tCurrent DOCKER_HOST based configuration\tunix:///var/run/docker.sock\t",
      ]) == [
        "NAME        DESCRIPTION                               DOCKER ENDPOINT               ERROR",
        "default *   Current DOCKER_HOST based configuration   unix:///var/run/docker.sock   ",
      ])
  }

  @Test("short cells get the minimum width, Hangul counts two cells")
  func widths() {
    #expect(
      TabWriter.align(["A\tB", "한글이름의값\tx"]) == ["A              B", "한글이름의값   x"])
    #expect(TabWriter.align(["A\tB"]) == ["A         B"])
    #expect(TabWriter.align(["A\tB"], minimumWidth: 0) == ["A   B"])
  }

  @Test("a line without the cell ends its column")
  func blocks() {
    #expect(
      TabWriter.align(["aaaa\tb", "text", "c\td"], minimumWidth: 0)
        == ["aaaa   b", "text", "c   d"])
    #expect(TabWriter.align([]) == [] && TabWriter.align([""]) == [""])
  }
}
