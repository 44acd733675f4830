import ArgumentParser

struct VolumeGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "volume", abstract: "Manage volumes",
    subcommands: [
      VolumeCreate.self, VolumeInspect.self, VolumeList.self, VolumePrune.self, VolumeRemove.self,
    ])
}
