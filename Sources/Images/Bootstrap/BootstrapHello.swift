import Support

extension BootstrapRecipe {
  /// A program of a few hundred bytes that greets and ends, as the real image's does.
  static let helloWorld: BootstrapRecipe = BootstrapRecipe(
    "hello-world",
    needs: Text("nothing", ko: "필요한 것 없음")
  ) { bootstrapper in
    var tree = LayerTree()
    tree.file("hello", try Hello.program(), mode: 0o755)
    let layer = try bootstrapper.layer(tree, name: "hello-world")
    try bootstrapper.image(
      helloWorld.references, adding: [(layer, "COPY hello /")], isStandIn: true
    ) { config in
      config.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      config.cmd = ["/hello"]
    }
  }
}

/// The program of `hello-world`: two system calls, write(2) and _exit(2), and the text, in an ELF
/// file of one segment. It needs no library, no loader and no other file in the image.
enum Hello {
  static let message = """

    Hello from Docker!
    This message shows that your installation appears to be working correctly.

    To say it, dklab took these steps:
     1. It looked for the image "hello-world" among the images it has.
     2. It made a container: a writable layer over the image, and namespaces around a process.
     3. It started the image's only program, /hello, as process 1 of that container.
     4. It passed on what the program wrote, which you are reading, and the program ended.

    The container is still there: `docker ps -a` lists it, `docker rm` removes it.
    For something with a shell, try:
     $ docker run -it ubuntu bash


    """

  /// The file for the machine this runs on.
  static func program() throws -> [UInt8] {
    switch Platform.current.architecture {
    case "amd64": elf(machine: 62, code: codeX86)
    case "arm64": elf(machine: 183, code: codeARM)
    default:
      throw BootstrapRecipe.missing(
        "hello-world",
        Text("not for this kind of processor", ko: "이 종류의 프로세서는 지원하지 않습니다"),
        hint: Text("use x86_64 or arm64", ko: "x86_64나 arm64를 쓰세요"))
    }
  }

  static func elf(machine: UInt16, code: (_ message: Int) -> [UInt8]) -> [UInt8] {
    let text = Array(message.utf8)
    let instructions = code(text.count)
    let start: UInt64 = 64 + 56
    let size = start + UInt64(instructions.count + text.count)
    let base: UInt64 = 0x400000
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    file += little(UInt16(2)) + little(machine) + little(UInt32(1))
    file += little(base + start) + little(UInt64(64)) + little(UInt64(0)) + little(UInt32(0))
    file += little(UInt16(64)) + little(UInt16(56)) + little(UInt16(1))
    file += little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0))
    // One segment, readable and executable: the whole file.
    file += little(UInt32(1)) + little(UInt32(5)) + little(UInt64(0))
    file += little(base) + little(base) + little(size) + little(size) + little(UInt64(0x10000))
    return file + instructions + text
  }

  /// write(1, message, count); exit(0), for x86_64.
  static func codeX86(_ count: Int) -> [UInt8] {
    let length = 5 + 5 + 7 + 5 + 2 + 5 + 2 + 2
    let afterAddress = 5 + 5 + 7
    var code: [UInt8] = [0xb8] + little(UInt32(1))  // mov eax, 1 (write)
    code += [0xbf] + little(UInt32(1))  // mov edi, 1
    code += [0x48, 0x8d, 0x35] + little(UInt32(length - afterAddress))  // lea rsi, [rip + …]
    code += [0xba] + little(UInt32(count))  // mov edx, count
    code += [0x0f, 0x05]  // syscall
    code += [0xb8] + little(UInt32(60))  // mov eax, 60 (exit)
    code += [0x31, 0xff, 0x0f, 0x05]  // xor edi, edi; syscall
    return code
  }

  /// The same for arm64.
  static func codeARM(_ count: Int) -> [UInt8] {
    let length: UInt32 = 8 * 4
    let toMessage = length - 4
    let address = 0x1000_0001 | (toMessage & 3) << 29 | (toMessage >> 2) << 5
    let instructions: [UInt32] = [
      0xd280_0020,  // mov x0, 1
      address,  // adr x1, message
      0xd280_0002 | UInt32(count) << 5,  // mov x2, count
      0xd280_0808,  // mov x8, 64 (write)
      0xd400_0001,  // svc 0
      0xd280_0000,  // mov x0, 0
      0xd280_0ba8,  // mov x8, 93 (exit)
      0xd400_0001,  // svc 0
    ]
    return instructions.flatMap(little)
  }

  private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
