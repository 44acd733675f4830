// swift-tools-version: 6.1
import PackageDescription

// The targets, lowest first. A target may import only what its line names, and lines name only
// targets above them here: `make check` refuses anything else. CONTRIBUTING.md, "Architecture",
// says what each one is for.

let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

/// The owner's three C libraries, taken from their static archives so that the installed binary
/// needs nothing but the C library at run time.
let staticSQLite: [LinkerSetting] = [.linkedLibrary(":libsqlite3.a"), .linkedLibrary("m")]
let staticYAML: [LinkerSetting] = [.linkedLibrary(":libyaml.a")]
let staticSeccomp: [LinkerSetting] = [.linkedLibrary(":libseccomp.a")]

func library(
  _ name: String, _ dependencies: [Target.Dependency], linker: [LinkerSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linker)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], fixtures: Bool = false
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies,
    exclude: fixtures ? ["Fixtures"] : [], swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
/// Servers and clients of HTTP, with TLS and connections that are taken over (hijack, upgrade).
let http: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOEmbedded", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
  .product(name: "AsyncHTTPClient", package: "async-http-client"),
]
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
  name: "dklab",
  products: [.executable(name: "dklab", targets: ["dklab"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
  ],
  targets: [
    .target(name: "CLinux"),
    .systemLibrary(name: "CSeccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),

    library("Support", ["CLinux"]),
    library("Linux", ["Support", "CLinux", "CSeccomp"], linker: staticSeccomp),
    library("Documents", ["Support", "CYAML"], linker: staticYAML),
    library("SQLite", ["Support", "CSQLite"], linker: staticSQLite),
    library("HTTP", ["Support", "Linux", crypto] + http),
    library("Images", ["CLinux", "Support", "Linux", "Documents", "SQLite", crypto]),
    library(
      "Registry", ["Support", "Linux", "Documents", "Images", "HTTP", crypto] + http),
    library("Networks", ["Support", "Linux"]),
    library("Runtime", ["CLinux", "Support", "Linux", "Documents", "Networks"]),
    library(
      "Engine", ["Support", "Linux", "Documents", "SQLite", "Images", "Networks", "Runtime"]),
    library(
      "Builder",
      [
        "Support", "Linux", "Documents", "SQLite", "Images", "Networks", "Runtime", "Engine",
        crypto,
      ]),
    library(
      "Kube",
      [
        "CLinux", "Support", "Linux", "Documents", "SQLite", "HTTP", "Images", "Networks",
        "Runtime", "Engine", crypto,
      ]),
    library(
      "Kubectl", ["Support", "Linux", "Documents", "HTTP", "Kube", crypto]),
    library(
      "EngineAPI",
      ["Support", "Linux", "Documents", "HTTP", "Images", "Networks", "Runtime", "Engine"]),
    library(
      "Compose",
      [
        "Support", "Linux", "Documents", "Images", "Networks", "Runtime", "Engine", crypto,
      ]),
    library("Labs", ["Support", "Linux", "Documents", "SQLite", "Images", "Engine", "Kube"]),
    library(
      "Classroom", ["Support", "Linux", "Documents", "Engine", "Labs", "HTTP", crypto] + http),
    library(
      "Commands",
      [
        "Support", "Linux", "Documents", "Images", "Registry", "Networks", "Runtime", "Engine",
        "Builder", "Compose", "Kube", "Kubectl", "Labs", "Classroom", "HTTP", "EngineAPI",
        argumentParser,
      ]),
    .executableTarget(
      name: "dklab", dependencies: ["Engine", "EngineAPI", "Kube", "Commands", "Linux"],
      swiftSettings: strict),

    tests("Support", ["Support"], fixtures: true),
    tests("Linux", ["Linux", "Support", "CSeccomp", "LinuxProbe"], fixtures: true),
    // A process that the tests of Linux put filters and limits on.
    .executableTarget(
      name: "LinuxProbe", dependencies: ["Linux", "Support", "CLinux", "CSeccomp"],
      path: "Tests/LinuxProbe", swiftSettings: strict),
    tests("Documents", ["Documents", "Support"], fixtures: true),
    tests("SQLite", ["SQLite", "Support", "Linux"]),
    tests("HTTP", ["HTTP", "Linux", "Support"]),
    tests("Images", ["Images", "Linux", "Support", "Documents", "SQLite"], fixtures: true),
    tests("Registry", ["Registry", "HTTP", "Images", "Linux", "Documents", "Support"]),
    // Stands for monitor and container in the tests of Networks, which must not fork themselves.
    .executableTarget(
      name: "NetworkProbe", dependencies: ["Networks", "Linux", "Support"],
      path: "Tests/NetworkProbe", swiftSettings: strict),
    tests("Networks", ["Networks", "Linux", "Support", "NetworkProbe"]),
    tests("Runtime", ["Runtime", "Linux", "Support"], fixtures: true),
    tests("Engine", ["Engine", "Runtime", "Images", "Linux", "Documents", "Support"]),
    tests("EngineAPI", ["EngineAPI", "HTTP", "Engine", "Documents", "Linux", "Support"]),
    tests(
      "Compose", ["Compose", "Engine", "Images", "Documents", "Linux", "Support"], fixtures: true),
    // Damages the input of parsers: `make fuzz`.
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Builder", "Registry", "Images", "Engine", "EngineAPI", "HTTP", "Documents", "Linux",
        "Support",
      ],
      path: "Tests/Fuzz", swiftSettings: strict),
    tests("Builder", ["Builder", "Images", "Linux", "Documents", "Support"], fixtures: true),
    tests("Kube", ["Kube", "HTTP", "Engine", "Networks", "Linux", "Documents", "Support"]),
    tests("Kubectl", ["Kubectl", "Kube", "Linux", "Documents", "Support"], fixtures: true),
    tests("Labs", ["Labs", "Engine", "Documents", "Linux", "Support"], fixtures: true),
    tests("Classroom", ["Classroom", "Labs", "HTTP", "Engine", "Documents", "Linux", "Support"]),
    tests("Commands", ["Commands", "Engine", "Kubectl", "Documents", "Support"], fixtures: true),
    // Runs the built binary as a user would; depends on it so that it is built first.
    tests(
      "Acceptance",
      ["dklab", "Labs", "Engine", "Images", "SQLite", "Linux", "Documents", "Support"],
      fixtures: true),
  ],
  swiftLanguageModes: [.v6]
)
