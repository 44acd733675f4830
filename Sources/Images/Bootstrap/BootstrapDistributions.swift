import Support

/// A release of Ubuntu that the labs name.
private struct UbuntuRelease {
  var versionID: String
  var version: String
  var codename: String
  var tags: [String]
  var users: [LayerTree.Account] = []
}

extension BootstrapRecipe {
  private static let ubuntuReleases = [
    UbuntuRelease(
      versionID: "24.04", version: "24.04 LTS (Noble Numbat)", codename: "noble",
      tags: ["latest", "24.04"],
      users: [.init(name: "ubuntu", id: 1_000, home: "/home/ubuntu", shell: "/bin/bash")]),
    UbuntuRelease(
      versionID: "22.04", version: "22.04 LTS (Jammy Jellyfish)", codename: "jammy",
      tags: ["22.04"]),
    UbuntuRelease(
      versionID: "20.04", version: "20.04 LTS (Focal Fossa)", codename: "focal", tags: ["20.04"]),
    UbuntuRelease(
      versionID: "18.04", version: "18.04 LTS (Bionic Beaver)", codename: "bionic",
      tags: ["18.04"]),
    UbuntuRelease(
      versionID: "16.04", version: "16.04 LTS (Xenial Xerus)", codename: "xenial",
      tags: ["16.04"]),
    UbuntuRelease(
      versionID: "14.04", version: "14.04 LTS, Trusty Tahr", codename: "trusty", tags: ["14.04"]),
  ]

  /// All releases over one base, so that they share its layers; each says its own version.
  static let ubuntu: BootstrapRecipe = BootstrapRecipe(
    "ubuntu", tags: ubuntuReleases.flatMap(\.tags),
    needs: Text(
      "this machine's apt, else debian:12, else the toolbox",
      ko: "이 컴퓨터의 apt, 없으면 debian:12, 그것도 없으면 toolbox")
  ) { bootstrapper in
    let base = try bootstrapper.distributionBase()
    for release in ubuntuReleases {
      let identity = OSRelease(
        id: "ubuntu", name: "Ubuntu", versionID: release.versionID, version: release.version,
        codename: release.codename, like: "debian")
      let lsb =
        "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=\(release.versionID)\n"
        + "DISTRIB_CODENAME=\(release.codename)\nDISTRIB_DESCRIPTION=\"Ubuntu \(release.version)\"\n"
      try bootstrapper.standIn(
        for: ubuntu.references.filter { release.tags.contains($0.tag ?? "") }, on: base, identity,
        users: release.users, shell: "/bin/bash"
      ) { tree in
        tree.file("etc/lsb-release", lsb)
      }
    }
  }

  /// Debian's latest: the real debian:12 by another name when it is there.
  static let debian: BootstrapRecipe = BootstrapRecipe(
    "debian", tags: ["latest", "bookworm"],
    needs: Text(
      "debian:12 when it is there, else the toolbox", ko: "debian:12가 있으면 그것, 없으면 toolbox"),
    isForFirstLab: false
  ) { bootstrapper in
    if let real = try bootstrapper.library.find(debian12.references[0]) {
      for reference in debian.references {
        try bootstrapper.library.tag(source: real.id.description, target: reference.description)
      }
      return
    }
    let identity = OSRelease(
      id: "debian", name: "Debian GNU/Linux", versionID: "12", version: "12 (bookworm)",
      codename: "bookworm")
    try bootstrapper.standIn(
      for: debian.references, on: bootstrapper.base(.toolbox), identity, shell: "/bin/bash"
    ) { tree in
      tree.file("etc/debian_version", "12.0\n")
    }
  }

  /// Alpine is busybox with another name on it.
  static let alpine: BootstrapRecipe = BootstrapRecipe(
    "alpine", tags: ["latest", "3.20"],
    needs: Text("busybox", ko: "busybox"), isForFirstLab: false
  ) { bootstrapper in
    let identity = OSRelease(
      id: "alpine", name: "Alpine Linux", versionID: "3.20.0", version: "v3.20", codename: "")
    try bootstrapper.standIn(
      for: alpine.references, on: bootstrapper.base(.busybox), identity, shell: "/bin/sh"
    ) { tree in
      tree.file("etc/alpine-release", "3.20.0\n")
    }
  }
}

extension Bootstrapper {
  /// What a distribution stands on: the machine's programs with some of them as packages, so that
  /// lessons about packages need no network; else the real Debian if it was made.
  fileprivate func distributionBase() throws -> Image {
    let toolbox = try base(.toolbox)
    guard PackagedPrograms.isPossible else {
      return try library.find(BootstrapRecipe.debian12.references[0]) ?? toolbox
    }
    let reference = try Reference("toolbox:packages")
    let layer = try layer(PackagedPrograms.tree(over: toolbox), name: "toolbox:packages")
    let step = "ADD apt of the host and packages of its programs in /"
    try image([reference], on: toolbox, adding: [(layer, step)], isStandIn: false) { _ in }
    return try library.resolve(reference.description)
  }

  /// Makes an image of `base` and one small layer that tells who it stands in for.
  fileprivate func standIn(
    for references: [Reference], on base: Image, _ identity: OSRelease,
    users: [LayerTree.Account] = [], shell: String, _ change: (inout LayerTree) -> Void
  ) throws {
    var tree = LayerTree()
    tree.file("usr/lib/os-release", identity.text(isStandIn: true))
    tree.link("etc/os-release", to: "../usr/lib/os-release")
    if !users.isEmpty { try tree.addUsers(users, over: base) }
    change(&tree)
    let name = references[0].familiar
    let layer = try layer(tree, name: name)
    let step = "COPY os-release of \(identity.name) \(identity.versionID) (dklab stand-in)"
    try image(references, on: base, adding: [(layer, step)], isStandIn: true) { config in
      config.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      config.cmd = [shell]
    }
  }
}
