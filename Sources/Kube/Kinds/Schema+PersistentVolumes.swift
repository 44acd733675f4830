extension SchemaText {
  /// Persistent volumes and the claims for them.
  static let persistentVolumes = """
    package core io.k8s.api.core.v1
    PersistentVolumeClaimVolumeSource
      claimName 1 string !
      readOnly 2 bool
    PersistentVolumeSource
      gcePersistentDisk 1 *GCEPersistentDiskVolumeSource
      awsElasticBlockStore 2 *AWSElasticBlockStoreVolumeSource
      hostPath 3 *HostPathVolumeSource
      glusterfs 4 *GlusterfsPersistentVolumeSource
      nfs 5 *NFSVolumeSource
      rbd 6 *RBDPersistentVolumeSource
      iscsi 7 *ISCSIPersistentVolumeSource
      cinder 8 *CinderPersistentVolumeSource
      cephfs 9 *CephFSPersistentVolumeSource
      fc 10 *FCVolumeSource
      flocker 11 *FlockerVolumeSource
      flexVolume 12 *FlexPersistentVolumeSource
      azureFile 13 *AzureFilePersistentVolumeSource
      vsphereVolume 14 *VsphereVirtualDiskVolumeSource
      quobyte 15 *QuobyteVolumeSource
      azureDisk 16 *AzureDiskVolumeSource
      photonPersistentDisk 17 *PhotonPersistentDiskVolumeSource
      portworxVolume 18 *PortworxVolumeSource
      scaleIO 19 *ScaleIOPersistentVolumeSource
      local 20 *LocalVolumeSource
      storageos 21 *StorageOSPersistentVolumeSource
      csi 22 *CSIPersistentVolumeSource
    PersistentVolume
      metadata 1 meta.ObjectMeta
      spec 2 PersistentVolumeSpec
      status 3 PersistentVolumeStatus
    PersistentVolumeSpec
      capacity 1 {}quantity
      persistentVolumeSource 2 PersistentVolumeSource inline
      accessModes 3 []string ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
      claimRef 4 *ObjectReference
      persistentVolumeReclaimPolicy 5 string Recycle|Delete|Retain =Retain
      storageClassName 6 string
      mountOptions 7 []string
      volumeMode 8 *string Block|Filesystem =Filesystem
      nodeAffinity 9 *VolumeNodeAffinity
      volumeAttributesClassName 10 *string
    VolumeNodeAffinity
      required 1 *NodeSelector
    PersistentVolumeStatus
      phase 1 string Pending|Available|Bound|Released|Failed =Pending
      message 2 string
      reason 3 string
      lastPhaseTransitionTime 4 *time
    PersistentVolumeClaim
      metadata 1 meta.ObjectMeta
      spec 2 PersistentVolumeClaimSpec
      status 3 PersistentVolumeClaimStatus
    PersistentVolumeClaimSpec
      accessModes 1 []string ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
      selector 4 *meta.LabelSelector
      resources 2 VolumeResourceRequirements
      volumeName 3 string
      storageClassName 5 *string
      volumeMode 6 *string Block|Filesystem =Filesystem
      dataSource 7 *TypedLocalObjectReference
      dataSourceRef 8 *TypedObjectReference
      volumeAttributesClassName 9 *string
    TypedObjectReference
      apiGroup 1 *string -
      kind 2 string !
      name 3 string !
      namespace 4 *string
    ModifyVolumeStatus
      targetVolumeAttributesClassName 1 string
      status 2 string ! Pending|InProgress|Infeasible
    PersistentVolumeClaimCondition
      type 1 string !
      status 2 string !
      lastProbeTime 3 time
      lastTransitionTime 4 time
      reason 5 string
      message 6 string
    PersistentVolumeClaimStatus
      phase 1 string Pending|Bound|Lost =Pending
      accessModes 2 []string ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
      capacity 3 {}quantity
      conditions 4 []PersistentVolumeClaimCondition merge:type map:type
      allocatedResources 5 {}quantity
      allocatedResourceStatuses 7 {}string
      currentVolumeAttributesClassName 8 *string
      modifyVolumeStatus 9 *ModifyVolumeStatus
    GlusterfsPersistentVolumeSource
      endpoints 1 string !
      path 2 string !
      readOnly 3 bool
      endpointsNamespace 4 *string
    RBDPersistentVolumeSource
      monitors 1 []string !
      image 2 string !
      fsType 3 string
      pool 4 string
      user 5 string
      keyring 6 string
      secretRef 7 *SecretReference
      readOnly 8 bool
    CinderPersistentVolumeSource
      volumeID 1 string !
      fsType 2 string
      readOnly 3 bool
      secretRef 4 *SecretReference
    SecretReference atomic
      name 1 string
      namespace 2 string
    CephFSPersistentVolumeSource
      monitors 1 []string !
      path 2 string
      user 3 string
      secretFile 4 string
      secretRef 5 *SecretReference
      readOnly 6 bool
    FlexPersistentVolumeSource
      driver 1 string !
      fsType 2 string
      secretRef 3 *SecretReference
      readOnly 4 bool
      options 5 {}string
    ISCSIPersistentVolumeSource
      targetPortal 1 string !
      iqn 2 string !
      lun 3 int32 !
      iscsiInterface 4 string =default
      fsType 5 string
      readOnly 6 bool
      portals 7 []string
      chapAuthDiscovery 8 bool
      chapAuthSession 11 bool
      secretRef 10 *SecretReference
      initiatorName 12 *string
    AzureFilePersistentVolumeSource
      secretName 1 string !
      shareName 2 string !
      readOnly 3 bool
      secretNamespace 4 *string -
    ScaleIOPersistentVolumeSource
      gateway 1 string !
      system 2 string !
      secretRef 3 *SecretReference !
      sslEnabled 4 bool
      protectionDomain 5 string
      storagePool 6 string
      storageMode 7 string
      volumeName 8 string
      fsType 9 string
      readOnly 10 bool
    StorageOSPersistentVolumeSource
      volumeName 1 string
      volumeNamespace 2 string
      fsType 3 string
      readOnly 4 bool
      secretRef 5 *ObjectReference
    LocalVolumeSource
      path 1 string !
      fsType 2 *string
    CSIPersistentVolumeSource
      driver 1 string !
      volumeHandle 2 string !
      readOnly 3 bool
      fsType 4 string
      volumeAttributes 5 {}string
      controllerPublishSecretRef 6 *SecretReference
      nodeStageSecretRef 7 *SecretReference
      nodePublishSecretRef 8 *SecretReference
      controllerExpandSecretRef 9 *SecretReference
      nodeExpandSecretRef 10 *SecretReference
    PersistentVolumeClaimTemplate
      metadata 1 meta.ObjectMeta
      spec 2 PersistentVolumeClaimSpec !
    """
}
