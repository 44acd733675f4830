/// Every type of check that a lab can use. A new one is added here.
enum CheckTypes {
  static let all: [any CheckType.Type] = [
    ContainerExists.self, ContainerAbsent.self, ContainerState.self, ContainerExit.self,
    ContainerConfig.self, ContainerImage.self, ContainerCommand.self, ContainerEnv.self,
    ContainerPort.self, ContainerMount.self, ContainerLog.self, ContainerDiff.self,
    ContainerSize.self, ContainerFile.self, ContainerNoFile.self, ContainerExec.self,
    ContainerCount.self,
    ImageExists.self, ImageAbsent.self, ImageConfigValue.self, ImageLayers.self, ImageSize.self,
    ImageHistory.self, ImageSame.self, ImageDangling.self, BuildRecord.self, ImageFile.self,
    ImageNoFile.self,
    ProcNamespace.self, ProcCapabilities.self, ProcSeccomp.self, ProcUser.self, ProcCommand.self,
    ProcUserMap.self, CgroupValue.self,
    VolumeExists.self, VolumeAbsent.self, VolumeFile.self,
    NetExists.self, NetAddress.self, NetConfig.self, NetMember.self, NetNoMember.self,
    NetResolve.self, NetReach.self, HTTPGet.self, RegistryHas.self, TCPOpen.self, TCPClosed.self,
    FileExists.self, FileAbsent.self, FileText.self, FileJSON.self, FileYAML.self,
    FileDigest.self, FileMode.self,
    KubeExists.self, KubeAbsent.self, KubeValue.self, KubeCount.self, KubeReady.self,
    KubeEndpoints.self, KubeLog.self, KubeEvent.self,
    JournalCount.self, JournalAbsent.self, JournalOrder.self,
    ScriptCheck.self,
  ]

  private static let byName: [String: any CheckType.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.type, $0) })

  static func named(_ name: String) -> (any CheckType.Type)? { byName[name] }

  static let names: [String] = all.map { $0.type }
}
