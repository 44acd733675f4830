import ArgumentParser

/// `compose`, `docker compose`, `docker-compose`.
struct ComposeGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compose", abstract: "Define and run multi-container applications",
    usage: "\(ProgramName.compose) [OPTIONS] COMMAND",
    subcommands: [
      ComposeUp.self, ComposeDown.self, ComposePs.self, ComposeLogs.self, ComposeExec.self,
      ComposeRun.self, ComposeBuild.self, ComposePull.self, ComposePush.self, ComposeCreate.self,
      ComposeStart.self,
      ComposeStop.self, ComposeRestart.self, ComposeKill.self, ComposeRemove.self,
      ComposePause.self, ComposeUnpause.self, ComposeScale.self, ComposeTop.self,
      ComposePort.self, ComposeImagesList.self, ComposeEvents.self, ComposeCopy.self,
      ComposeWait.self, ComposeAttach.self, ComposeWatch.self, ComposeStats.self,
      ComposeVolumes.self, ComposeList.self, ComposeConfig.self, ComposeVersion.self,
    ])
}
