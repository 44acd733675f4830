import Images
import Testing

@testable import Engine

@Suite("What a container inherits from its image") struct ContainerMergeTests {
  func image() -> ContainerConfig {
    var config = ContainerConfig()
    config.entrypoint = ["/entry"]
    config.cmd = ["serve"]
    config.env = ["PATH=/bin", "A=image", "B=image"]
    config.labels = ["from": "image"]
    config.exposedPorts = ["80/tcp"]
    config.user = "www"
    config.onBuild = ["RUN x"]
    return config
  }

  @Test("a command replaces CMD and keeps ENTRYPOINT") func command() {
    var wish = ContainerConfig()
    wish.cmd = ["sh"]
    let merged = ContainerMerge.merge(wish, onto: image())
    #expect(merged.entrypoint == ["/entry"] && merged.cmd == ["sh"])
  }

  @Test("--entrypoint drops the image's CMD") func entrypoint() {
    var wish = ContainerConfig()
    wish.entrypoint = ["/mine"]
    let merged = ContainerMerge.merge(wish, onto: image())
    #expect(merged.entrypoint == ["/mine"] && merged.cmd == nil)
  }

  @Test("an empty --entrypoint resets it") func resetEntrypoint() {
    var wish = ContainerConfig()
    wish.entrypoint = [""]
    wish.cmd = ["sh"]
    let merged = ContainerMerge.merge(wish, onto: image())
    #expect(merged.entrypoint == nil && merged.cmd == ["sh"])
  }

  @Test("variables are overridden by name, and a bare name removes one") func environment() {
    var wish = ContainerConfig()
    wish.env = ["A=mine", "B"]
    #expect(ContainerMerge.merge(wish, onto: image()).env == ["PATH=/bin", "A=mine"])
  }

  @Test("PATH is always there") func path() {
    var config = image()
    config.env = nil
    #expect(
      ContainerMerge.merge(ContainerConfig(), onto: config).env == [ContainerMerge.defaultPath])
  }

  @Test("labels and ports add up; ONBUILD is not inherited") func sums() {
    var wish = ContainerConfig()
    wish.labels = ["mine": "1"]
    wish.exposedPorts = ["443/tcp", "80/tcp"]
    let merged = ContainerMerge.merge(wish, onto: image())
    #expect(merged.labels == ["from": "image", "mine": "1"])
    #expect(merged.exposedPorts == ["443/tcp", "80/tcp"])
    #expect(merged.onBuild == nil && merged.user == "www")
  }
}
