extension SchemaText {
  /// Storage, scheduling, leases, events, runtime classes, flow control.
  static let cluster = """
    package storage io.k8s.api.storage.v1
    StorageClass
      metadata 1 meta.ObjectMeta
      provisioner 2 string !
      parameters 3 {}string
      reclaimPolicy 4 *string Recycle|Delete|Retain =Delete
      mountOptions 5 []string
      allowVolumeExpansion 6 *bool
      volumeBindingMode 7 *string Immediate|WaitForFirstConsumer =Immediate
      allowedTopologies 8 []core.TopologySelectorTerm
    VolumeAttachment
      metadata 1 meta.ObjectMeta
      spec 2 VolumeAttachmentSpec !
      status 3 VolumeAttachmentStatus
    VolumeAttachmentSpec
      attacher 1 string !
      source 2 VolumeAttachmentSource !
      nodeName 3 string !
    VolumeAttachmentSource
      persistentVolumeName 1 *string
      inlineVolumeSpec 2 *core.PersistentVolumeSpec
    VolumeAttachmentStatus
      attached 1 bool !
      attachmentMetadata 2 {}string
      attachError 3 *VolumeError
      detachError 4 *VolumeError
    VolumeError
      time 1 time
      message 2 string
    CSIDriver
      metadata 1 meta.ObjectMeta
      spec 2 CSIDriverSpec !
    CSIDriverSpec
      attachRequired 1 *bool =true
      podInfoOnMount 2 *bool =false
      volumeLifecycleModes 3 []string set
      storageCapacity 4 *bool =false
      fsGroupPolicy 5 *string =ReadWriteOnceWithFSType
      tokenRequests 6 []TokenRequest
      requiresRepublish 7 *bool =false
      seLinuxMount 8 *bool =false
    TokenRequest
      audience 1 string !
      expirationSeconds 2 *int64
    CSINode
      metadata 1 meta.ObjectMeta
      spec 2 CSINodeSpec !
    CSINodeSpec
      drivers 1 []CSINodeDriver ! merge:name map:name
    CSINodeDriver
      name 1 string !
      nodeID 2 string !
      topologyKeys 3 []string -
      allocatable 4 *VolumeNodeResources
    VolumeNodeResources
      count 1 *int32
    CSIStorageCapacity
      metadata 1 meta.ObjectMeta
      nodeTopology 2 *meta.LabelSelector
      storageClassName 3 string !
      capacity 4 *quantity
      maximumVolumeSize 5 *quantity
    package scheduling io.k8s.api.scheduling.v1
    PriorityClass
      metadata 1 meta.ObjectMeta
      value 2 int32 !
      globalDefault 3 bool
      description 4 string
      preemptionPolicy 5 *string PreemptLowerPriority|Never =PreemptLowerPriority
    package coordination io.k8s.api.coordination.v1
    Lease
      metadata 1 meta.ObjectMeta
      spec 2 LeaseSpec
    LeaseSpec
      holderIdentity 1 *string
      leaseDurationSeconds 2 *int32
      acquireTime 3 *microtime
      renewTime 4 *microtime
      leaseTransitions 5 *int32
      strategy 6 *string
      preferredHolder 7 *string
    package events io.k8s.api.events.v1
    Event
      metadata 1 meta.ObjectMeta -
      eventTime 2 microtime !
      series 3 *EventSeries
      reportingController 4 string
      reportingInstance 5 string
      action 6 string
      reason 7 string
      regarding 8 core.ObjectReference
      related 9 *core.ObjectReference
      note 10 string
      type 11 string
      deprecatedSource 12 core.EventSource
      deprecatedFirstTimestamp 13 time
      deprecatedLastTimestamp 14 time
      deprecatedCount 15 int32
    EventSeries
      count 1 int32 !
      lastObservedTime 2 microtime !
    package node io.k8s.api.node.v1
    RuntimeClass
      metadata 1 meta.ObjectMeta
      handler 2 string !
      overhead 3 *Overhead
      scheduling 4 *Scheduling
    Overhead
      podFixed 1 {}quantity
    Scheduling
      nodeSelector 1 {}string atomic
      tolerations 2 []core.Toleration
    package flowcontrol io.k8s.api.flowcontrol.v1
    FlowSchema
      metadata 1 meta.ObjectMeta
      spec 2 FlowSchemaSpec
      status 3 FlowSchemaStatus
    FlowSchemaSpec
      priorityLevelConfiguration 1 PriorityLevelConfigurationReference !
      matchingPrecedence 2 int32 -
      distinguisherMethod 3 *FlowDistinguisherMethod
      rules 4 []PolicyRulesWithSubjects
    FlowDistinguisherMethod
      type 1 string !
    PriorityLevelConfigurationReference
      name 1 string !
    PolicyRulesWithSubjects
      subjects 1 []Subject !
      resourceRules 2 []ResourcePolicyRule
      nonResourceRules 3 []NonResourcePolicyRule
    Subject
      kind 1 string !
      user 2 *UserSubject
      group 3 *GroupSubject
      serviceAccount 4 *ServiceAccountSubject
    UserSubject
      name 1 string !
    GroupSubject
      name 1 string !
    ServiceAccountSubject
      namespace 1 string !
      name 2 string !
    ResourcePolicyRule
      verbs 1 []string ! set
      apiGroups 2 []string ! set
      resources 3 []string ! set
      clusterScope 4 bool
      namespaces 5 []string - set
    NonResourcePolicyRule
      verbs 1 []string ! set
      nonResourceURLs 6 []string ! set
    FlowSchemaStatus
      conditions 1 []FlowSchemaCondition merge:type map:type
    FlowSchemaCondition
      type 1 string
      status 2 string
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    PriorityLevelConfiguration
      metadata 1 meta.ObjectMeta
      spec 2 PriorityLevelConfigurationSpec
      status 3 PriorityLevelConfigurationStatus
    PriorityLevelConfigurationSpec
      type 1 string !
      limited 2 *LimitedPriorityLevelConfiguration
      exempt 3 *ExemptPriorityLevelConfiguration
    LimitedPriorityLevelConfiguration
      nominalConcurrencyShares 1 *int32 -
      limitResponse 2 LimitResponse
      lendablePercent 3 *int32
      borrowingLimitPercent 4 *int32
    ExemptPriorityLevelConfiguration
      nominalConcurrencyShares 1 *int32
      lendablePercent 2 *int32
    LimitResponse
      type 1 string !
      queuing 2 *QueuingConfiguration
    QueuingConfiguration
      queues 1 int32 -
      handSize 2 int32 -
      queueLengthLimit 3 int32 -
    PriorityLevelConfigurationStatus
      conditions 1 []PriorityLevelConfigurationCondition merge:type map:type
    PriorityLevelConfigurationCondition
      type 1 string
      status 2 string
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    """
}
