import Testing

@testable import Linux

@Suite struct SchedulingTests {
  @Test(
    "a list of processors is read as the kernel reads it",
    arguments: [
      ("0", [0]), ("0-2,4", [0, 1, 2, 4]), ("3,1", [1, 3]), ("5-5", [5]), ("", nil), ("1-0", nil),
      ("a", nil), ("1,", nil), ("-1", nil), ("1024", nil), ("0-1-2", nil),
    ] as [(String, Set<Int>?)])
  func list(text: String, numbers: Set<Int>?) {
    #expect(ProcessorSet(list: text)?.numbers == numbers)
  }
}
