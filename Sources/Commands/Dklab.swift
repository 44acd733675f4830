import ArgumentParser

/// The root of all commands.
struct Dklab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: ProgramName.current,
    abstract: "Containers to learn from: docker's commands, without a daemon.",
    usage: "\(ProgramName.current) COMMAND [ARGUMENTS]",
    version: Version.text,
    subcommands: [LabCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Container",
        subcommands: [
          Run.self, Create.self, Start.self, Stop.self, Restart.self, Kill.self, Remove.self,
          List.self, Logs.self, Exec.self, Attach.self, Wait.self, Inspect.self, Top.self,
          Copy.self, Difference.self, Commit.self, Export.self, Rename.self, Pause.self,
          Unpause.self, Port.self, Stats.self, Update.self,
          ContainerGroup.self,
        ]),
      CommandGroup(
        name: "Image",
        subcommands: [
          ImageList.self, ImageRemove.self, Tag.self, History.self, Load.self, Save.self,
          Import.self, Pull.self, Push.self, Login.self, Logout.self, ImageBootstrap.self,
          Build.self, BuilderGroup.self,
          ImageGroup.self, ManifestGroup.self, RegistryGroup.self,
        ]),
      CommandGroup(
        name: "Network and storage", subcommands: [NetworkGroup.self, VolumeGroup.self]),
      CommandGroup(name: "Project", subcommands: [ComposeGroup.self]),
      CommandGroup(name: "Course", subcommands: [Grade.self, ClassCommand.self]),
      CommandGroup(name: "Cluster", subcommands: [KubeGroup.self, KubectlCommand.self]),
      CommandGroup(
        name: "Program",
        subcommands: [
          VersionCommand.self, Info.self, Events.self, Serve.self, Doctor.self, SystemGroup.self,
          OCICommand.self,
          Completions.self,
        ]),
    ],
    helpNames: [.long, .customShort("h")])
}

/// The nouns, for those who write `docker container ls`.
struct ContainerGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "container", abstract: "Manage containers",
    subcommands: [
      Run.self, Create.self, Start.self, Stop.self, Restart.self, Kill.self, Remove.self, List.self,
      Logs.self, Exec.self, Attach.self, Wait.self, ContainerInspect.self, Top.self, Copy.self,
      Difference.self, Commit.self, Export.self,
      Rename.self, Pause.self, Unpause.self, Port.self, Stats.self, Update.self,
      ContainerPrune.self,
    ])
}

/// The same for images.
struct ImageGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image", abstract: "Manage images",
    subcommands: [
      ImageList.self, ImageRemove.self, Tag.self, History.self, Load.self, Save.self, Import.self,
      Pull.self, Push.self, ImageInspect.self, ImageLayers.self, ImageTree.self, ImagePrune.self,
      Build.self,
    ])
}
