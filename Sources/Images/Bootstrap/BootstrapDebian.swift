import Glibc
import Linux
import Support

extension BootstrapRecipe {
  /// Real Debian packages, put together by mmdebstrap from a mirror.
  static let debian12: BootstrapRecipe = BootstrapRecipe(
    "debian:12", tags: ["12"],
    needs: Text(
      "mmdebstrap and a Debian mirror that can be reached",
      ko: "mmdebstrap과 접속할 수 있는 데비안 미러"), isStandIn: false, isForFirstLab: false
  ) { bootstrapper in
    let packages = try bootstrapper.debianLayer()
    var tree = LayerTree()
    // Nothing that a package brings is started while it is installed (invoke-rc.d(8)).
    tree.file("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", mode: 0o755)
    let policy = try bootstrapper.layer(tree, name: "debian:12")
    try bootstrapper.image(
      debian12.references,
      adding: [
        (packages, "mmdebstrap --variant=minbase bookworm"),
        (policy, "COPY policy-rc.d /usr/sbin/"),
      ],
      isStandIn: false
    ) { config in
      config.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      config.cmd = ["bash"]
    }
  }
}

extension Bootstrapper {
  fileprivate func debianLayer() throws -> Layer {
    let phase = Text("mmdebstrap: downloading and unpacking", ko: "mmdebstrap: 내려받고 푸는 중")
    self.phase(phase)
    let program: ChildProgram
    do {
      // Times fixed, so that the same packages give the same digest. What is only for reading stays
      // out, here and when more is installed later, as in the `slim` images.
      program = try ChildProgram(
        ["mmdebstrap", "--variant=minbase", "--format=tar"] + Self.leftOut
          + ["bookworm", "-"],
        environment: ["SOURCE_DATE_EPOCH=\(LayerTree.time.seconds)"] + proxySettings)
    } catch let error as SyscallError where error.errno == ENOENT {
      throw BootstrapRecipe.missing(
        "debian:12",
        Text("there is no mmdebstrap", ko: "mmdebstrap이 없습니다"),
        hint: Text("install mmdebstrap", ko: "mmdebstrap을 설치하세요"))
    }
    let blob = try BlobWriter(content)
    var written: Int64 = 0
    try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
      let source = FileSource(program.output, name: "mmdebstrap")
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { break }
        try blob.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        written += Int64(count)
        self.phase(phase, done: Int(written >> 20))
      }
    }
    let (status, complaints) = try program.wait()
    guard status.code == 0 else {
      let cause = complaints.isEmpty ? "exit status \(status.code)" : complaints
      throw BootstrapRecipe.missing(
        "debian:12",
        Text("mmdebstrap failed: \(cause)", ko: "mmdebstrap이 실패했습니다: \(cause)"),
        hint: Text(
          "check that a Debian mirror can be reached",
          ko: "데비안 미러에 접속할 수 있는지 확인하세요"))
    }
    let (digest, size) = try blob.commit()
    return try content.addLayer(
      blob: Descriptor(mediaType: MediaType.ociLayer, digest: digest, size: size),
      expecting: digest, name: "debian:12")
  }

  /// Manual pages, translations and documentation but for the licences (dpkg(1), path-exclude).
  private static let leftOut = [
    "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
  ].map { "--dpkgopt=\($0)" }

  /// The user's proxies, in either spelling.
  private var proxySettings: [String] {
    let names = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
    return names.compactMap { name in
      getenv(name).map { "\(name)=\(String(cString: $0))" }
    }
  }
}
