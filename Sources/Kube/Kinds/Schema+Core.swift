extension SchemaText {
  /// The rest of the core group: services, nodes, namespaces, configuration, quotas, events.
  static let core = """
    package core io.k8s.api.core.v1
    ReplicationControllerSpec
      replicas 1 *int32 =1
      minReadySeconds 4 int32
      selector 2 {}string atomic
      template 3 *PodTemplateSpec
    ReplicationControllerStatus
      replicas 1 int32 !
      fullyLabeledReplicas 2 int32
      readyReplicas 4 int32
      availableReplicas 5 int32
      observedGeneration 3 int64
      conditions 6 []ReplicationControllerCondition merge:type map:type
    ReplicationControllerCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    ReplicationController
      metadata 1 meta.ObjectMeta
      spec 2 ReplicationControllerSpec
      status 3 ReplicationControllerStatus
    SessionAffinityConfig
      clientIP 1 *ClientIPConfig
    ClientIPConfig
      timeoutSeconds 1 *int32
    ServiceStatus
      loadBalancer 1 LoadBalancerStatus
      conditions 2 []meta.Condition merge:type map:type
    LoadBalancerStatus
      ingress 1 []LoadBalancerIngress
    LoadBalancerIngress
      ip 1 string
      hostname 2 string
      ipMode 3 *string
      ports 4 []PortStatus
    ServiceSpec
      ports 1 []ServicePort merge:port map:port,protocol
      selector 2 {}string atomic
      clusterIP 3 string
      clusterIPs 18 []string
      type 4 string ClusterIP|NodePort|LoadBalancer|ExternalName =ClusterIP
      externalIPs 5 []string
      sessionAffinity 7 string ClientIP|None =None
      loadBalancerIP 8 string
      loadBalancerSourceRanges 9 []string
      externalName 10 string
      externalTrafficPolicy 11 string Cluster|Local
      healthCheckNodePort 12 int32
      publishNotReadyAddresses 13 bool
      sessionAffinityConfig 14 *SessionAffinityConfig
      ipFamilies 19 []string IPv4|IPv6
      ipFamilyPolicy 17 *string SingleStack|PreferDualStack|RequireDualStack
      allocateLoadBalancerNodePorts 20 *bool
      loadBalancerClass 21 *string
      internalTrafficPolicy 22 *string Cluster|Local
      trafficDistribution 23 *string
    ServicePort
      name 1 string
      protocol 2 string TCP|UDP|SCTP =TCP
      appProtocol 6 *string
      port 3 int32 !
      targetPort 4 intstr
      nodePort 5 int32
    Service
      metadata 1 meta.ObjectMeta
      spec 2 ServiceSpec
      status 3 ServiceStatus
    ServiceAccount
      metadata 1 meta.ObjectMeta
      secrets 2 []ObjectReference merge:name map:name
      imagePullSecrets 3 []LocalObjectReference
      automountServiceAccountToken 4 *bool
    Endpoints
      metadata 1 meta.ObjectMeta
      subsets 2 []EndpointSubset
    EndpointSubset
      addresses 1 []EndpointAddress
      notReadyAddresses 2 []EndpointAddress
      ports 3 []EndpointPort
    EndpointAddress atomic
      ip 1 string !
      hostname 3 string
      nodeName 4 *string
      targetRef 2 *ObjectReference
    EndpointPort atomic
      name 1 string
      port 2 int32 !
      protocol 3 string TCP|UDP|SCTP =TCP
      appProtocol 4 *string
    NodeSpec
      podCIDR 1 string
      podCIDRs 7 []string merge set
      providerID 3 string
      unschedulable 4 bool
      taints 5 []Taint
      configSource 6 *NodeConfigSource
      externalID 2 string
    NodeConfigSource
      configMap 2 *ConfigMapNodeConfigSource
    ConfigMapNodeConfigSource
      namespace 1 string !
      name 2 string !
      uid 3 string
      resourceVersion 4 string
      kubeletConfigKey 5 string !
    DaemonEndpoint
      Port 1 int32 !
    NodeDaemonEndpoints
      kubeletEndpoint 1 DaemonEndpoint
    NodeRuntimeHandlerFeatures
      recursiveReadOnlyMounts 1 *bool
      userNamespaces 2 *bool
    NodeFeatures
      supplementalGroupsPolicy 1 *bool
    NodeSystemInfo
      machineID 1 string !
      systemUUID 2 string !
      bootID 3 string !
      kernelVersion 4 string !
      osImage 5 string !
      containerRuntimeVersion 6 string !
      kubeletVersion 7 string !
      kubeProxyVersion 8 string !
      operatingSystem 9 string !
      architecture 10 string !
    NodeConfigStatus
      assigned 1 *NodeConfigSource
      active 2 *NodeConfigSource
      lastKnownGood 3 *NodeConfigSource
      error 4 string
    NodeStatus
      capacity 1 {}quantity
      allocatable 2 {}quantity
      phase 3 string Pending|Running|Terminated
      conditions 4 []NodeCondition merge:type map:type
      addresses 5 []NodeAddress merge:type map:type
      daemonEndpoints 6 NodeDaemonEndpoints
      nodeInfo 7 NodeSystemInfo
      images 8 []ContainerImage
      volumesInUse 9 []string
      volumesAttached 10 []AttachedVolume
      config 11 *NodeConfigStatus
      runtimeHandlers 12 []NodeRuntimeHandler
      features 13 *NodeFeatures
    AttachedVolume
      name 1 string !
      devicePath 2 string !
    NodeCondition
      type 1 string !
      status 2 string !
      lastHeartbeatTime 3 time
      lastTransitionTime 4 time
      reason 5 string
      message 6 string
    NodeAddress
      type 1 string !
      address 2 string !
    Node
      metadata 1 meta.ObjectMeta
      spec 2 NodeSpec
      status 3 NodeStatus
    NamespaceSpec
      finalizers 1 []string
    NamespaceStatus
      phase 1 string Active|Terminating =Active
      conditions 2 []NamespaceCondition merge:type map:type
    NamespaceCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 4 time
      reason 5 string
      message 6 string
    Namespace
      metadata 1 meta.ObjectMeta
      spec 2 NamespaceSpec
      status 3 NamespaceStatus
    Binding
      metadata 1 meta.ObjectMeta
      target 2 ObjectReference !
    ObjectReference atomic
      kind 1 string
      namespace 2 string
      name 3 string
      uid 4 string
      apiVersion 5 string
      resourceVersion 6 string
      fieldPath 7 string
    LocalObjectReference atomic
      name 1 string
    TypedLocalObjectReference atomic
      apiGroup 1 *string -
      kind 2 string !
      name 3 string !
    EventSource
      component 1 string
      host 2 string
    Event
      metadata 1 meta.ObjectMeta !
      involvedObject 2 ObjectReference !
      reason 3 string
      message 4 string
      source 5 EventSource
      firstTimestamp 6 time
      lastTimestamp 7 time
      count 8 int32
      type 9 string
      eventTime 10 microtime
      series 11 *EventSeries
      action 12 string
      related 13 *ObjectReference
      reportingComponent 14 string -
      reportingInstance 15 string -
    EventSeries
      count 1 int32
      lastObservedTime 2 microtime
    LimitRangeItem
      type 1 string !
      max 2 {}quantity
      min 3 {}quantity
      default 4 {}quantity
      defaultRequest 5 {}quantity
      maxLimitRequestRatio 6 {}quantity
    LimitRangeSpec
      limits 1 []LimitRangeItem !
    LimitRange
      metadata 1 meta.ObjectMeta
      spec 2 LimitRangeSpec
    ResourceQuotaSpec
      hard 1 {}quantity
      scopes 2 []string Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|\
    CrossNamespacePodAffinity
      scopeSelector 3 *ScopeSelector
    ScopeSelector atomic
      matchExpressions 1 []ScopedResourceSelectorRequirement
    ScopedResourceSelectorRequirement
      scopeName 1 string ! Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|\
    CrossNamespacePodAffinity
      operator 2 string ! In|NotIn|Exists|DoesNotExist
      values 3 []string
    ResourceQuotaStatus
      hard 1 {}quantity
      used 2 {}quantity
    ResourceQuota
      metadata 1 meta.ObjectMeta
      spec 2 ResourceQuotaSpec
      status 3 ResourceQuotaStatus
    Secret
      metadata 1 meta.ObjectMeta
      immutable 5 *bool
      data 2 {}bytes
      stringData 4 {}string
      type 3 string =Opaque
    ConfigMap
      metadata 1 meta.ObjectMeta
      immutable 4 *bool
      data 2 {}string
      binaryData 3 {}bytes
    ComponentCondition
      type 1 string !
      status 2 string !
      message 3 string
      error 4 string
    ComponentStatus
      metadata 1 meta.ObjectMeta
      conditions 2 []ComponentCondition merge:type map:type
    PortStatus
      port 1 int32 !
      protocol 2 string ! TCP|UDP|SCTP
      error 3 *string
    """
}
