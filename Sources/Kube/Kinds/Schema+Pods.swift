extension SchemaText {
  /// Pods: what runs, where it may run, and what has become of it.
  static let pods = """
    package core io.k8s.api.core.v1
    PodCondition
      type 1 string !
      status 2 string !
      lastProbeTime 3 time
      lastTransitionTime 4 time
      reason 5 string
      message 6 string
    NodeSelector atomic
      nodeSelectorTerms 1 []NodeSelectorTerm !
    NodeSelectorTerm atomic
      matchExpressions 1 []NodeSelectorRequirement
      matchFields 2 []NodeSelectorRequirement
    NodeSelectorRequirement
      key 1 string !
      operator 2 string ! In|NotIn|Exists|DoesNotExist|Gt|Lt
      values 3 []string
    TopologySelectorTerm atomic
      matchLabelExpressions 1 []TopologySelectorLabelRequirement
    TopologySelectorLabelRequirement
      key 1 string !
      values 2 []string !
    Affinity
      nodeAffinity 1 *NodeAffinity
      podAffinity 2 *PodAffinity
      podAntiAffinity 3 *PodAntiAffinity
    PodAffinity
      requiredDuringSchedulingIgnoredDuringExecution 1 []PodAffinityTerm
      preferredDuringSchedulingIgnoredDuringExecution 2 []WeightedPodAffinityTerm
    PodAntiAffinity
      requiredDuringSchedulingIgnoredDuringExecution 1 []PodAffinityTerm
      preferredDuringSchedulingIgnoredDuringExecution 2 []WeightedPodAffinityTerm
    WeightedPodAffinityTerm
      weight 1 int32 !
      podAffinityTerm 2 PodAffinityTerm !
    PodAffinityTerm
      labelSelector 1 *meta.LabelSelector
      namespaces 2 []string
      topologyKey 3 string !
      namespaceSelector 4 *meta.LabelSelector
      matchLabelKeys 5 []string
      mismatchLabelKeys 6 []string
    NodeAffinity
      requiredDuringSchedulingIgnoredDuringExecution 1 *NodeSelector
      preferredDuringSchedulingIgnoredDuringExecution 2 []PreferredSchedulingTerm
    PreferredSchedulingTerm
      weight 1 int32 !
      preference 2 NodeSelectorTerm !
    Taint
      key 1 string !
      value 2 string
      effect 3 string ! NoSchedule|PreferNoSchedule|NoExecute
      timeAdded 4 *time
    Toleration
      key 1 string
      operator 2 string Exists|Equal
      value 3 string
      effect 4 string NoSchedule|PreferNoSchedule|NoExecute
      tolerationSeconds 5 *int64
    PodReadinessGate
      conditionType 1 string !
    PodSpec
      volumes 1 []Volume merge:name retainKeys map:name
      initContainers 20 []Container merge:name map:name
      containers 2 []Container ! merge:name map:name
      ephemeralContainers 34 []EphemeralContainer merge:name map:name
      restartPolicy 3 string Always|OnFailure|Never =Always
      terminationGracePeriodSeconds 4 *int64 =30
      activeDeadlineSeconds 5 *int64
      dnsPolicy 6 string ClusterFirstWithHostNet|ClusterFirst|Default|None =ClusterFirst
      nodeSelector 7 {}string atomic
      serviceAccountName 8 string
      serviceAccount 9 string
      automountServiceAccountToken 21 *bool
      nodeName 10 string
      hostNetwork 11 bool
      hostPID 12 bool
      hostIPC 13 bool
      shareProcessNamespace 27 *bool
      securityContext 14 *PodSecurityContext ={}
      imagePullSecrets 15 []LocalObjectReference merge:name map:name
      hostname 16 string
      subdomain 17 string
      affinity 18 *Affinity
      schedulerName 19 string =default-scheduler
      tolerations 22 []Toleration
      hostAliases 23 []HostAlias merge:ip map:ip
      priorityClassName 24 string
      priority 25 *int32
      dnsConfig 26 *PodDNSConfig
      readinessGates 28 []PodReadinessGate
      runtimeClassName 29 *string
      enableServiceLinks 30 *bool
      preemptionPolicy 31 *string PreemptLowerPriority|Never
      overhead 32 {}quantity
      topologySpreadConstraints 33 []TopologySpreadConstraint merge:topologyKey \
    map:topologyKey,whenUnsatisfiable
      setHostnameAsFQDN 35 *bool
      os 36 *PodOS
      hostUsers 37 *bool
      schedulingGates 38 []PodSchedulingGate merge:name map:name
      resourceClaims 39 []PodResourceClaim merge:name retainKeys map:name
      resources 40 *ResourceRequirements
    PodResourceClaim
      name 1 string !
      resourceClaimName 3 *string
      resourceClaimTemplateName 4 *string
    PodResourceClaimStatus
      name 1 string !
      resourceClaimName 2 *string
    PodOS
      name 1 string !
    PodSchedulingGate
      name 1 string !
    TopologySpreadConstraint
      maxSkew 1 int32 !
      topologyKey 2 string !
      whenUnsatisfiable 3 string ! DoNotSchedule|ScheduleAnyway
      labelSelector 4 *meta.LabelSelector
      minDomains 5 *int32
      nodeAffinityPolicy 6 *string Ignore|Honor
      nodeTaintsPolicy 7 *string Ignore|Honor
      matchLabelKeys 8 []string
    HostAlias
      ip 1 string !
      hostnames 2 []string
    PodSecurityContext
      seLinuxOptions 1 *SELinuxOptions
      windowsOptions 8 *WindowsSecurityContextOptions
      runAsUser 2 *int64
      runAsGroup 6 *int64
      runAsNonRoot 3 *bool
      supplementalGroups 4 []int64
      supplementalGroupsPolicy 12 *string Merge|Strict
      fsGroup 5 *int64
      sysctls 7 []Sysctl
      fsGroupChangePolicy 9 *string OnRootMismatch|Always
      seccompProfile 10 *SeccompProfile
      appArmorProfile 11 *AppArmorProfile
      seLinuxChangePolicy 13 *string
    PodDNSConfig
      nameservers 1 []string
      searches 2 []string
      options 3 []PodDNSConfigOption
    PodDNSConfigOption
      name 1 string
      value 2 *string
    PodIP
      ip 1 string !
    HostIP
      ip 1 string !
    PodStatus
      phase 1 string Pending|Running|Succeeded|Failed|Unknown =Pending
      conditions 2 []PodCondition merge:type map:type
      message 3 string
      reason 4 string
      nominatedNodeName 11 string
      hostIP 5 string
      hostIPs 16 []HostIP merge:ip
      podIP 6 string
      podIPs 12 []PodIP merge:ip map:ip
      startTime 7 *time
      initContainerStatuses 10 []ContainerStatus
      containerStatuses 8 []ContainerStatus
      qosClass 9 string Guaranteed|Burstable|BestEffort
      ephemeralContainerStatuses 13 []ContainerStatus
      resize 14 string
      resourceClaimStatuses 15 []PodResourceClaimStatus merge:name retainKeys map:name
    Pod
      metadata 1 meta.ObjectMeta
      spec 2 PodSpec
      status 3 PodStatus
    PodTemplateSpec
      metadata 1 meta.ObjectMeta
      spec 2 PodSpec
    PodTemplate
      metadata 1 meta.ObjectMeta
      template 2 PodTemplateSpec
    Sysctl
      name 1 string !
      value 2 string !
    """
}
