extension SchemaText {
  /// Workloads: deployments and their kin, jobs.
  static let apps = """
    package apps io.k8s.api.apps.v1
    StatefulSet
      metadata 1 meta.ObjectMeta
      spec 2 StatefulSetSpec
      status 3 StatefulSetStatus
    StatefulSetUpdateStrategy
      type 1 string RollingUpdate|OnDelete
      rollingUpdate 2 *RollingUpdateStatefulSetStrategy
    RollingUpdateStatefulSetStrategy
      partition 1 *int32
      maxUnavailable 2 *intstr
    StatefulSetPersistentVolumeClaimRetentionPolicy
      whenDeleted 1 string =Retain
      whenScaled 2 string =Retain
    StatefulSetOrdinals
      start 1 int32 -
    StatefulSetSpec
      replicas 1 *int32 =1
      selector 2 *meta.LabelSelector !
      template 3 core.PodTemplateSpec !
      volumeClaimTemplates 4 []core.PersistentVolumeClaim
      serviceName 5 string !
      podManagementPolicy 6 string OrderedReady|Parallel =OrderedReady
      updateStrategy 7 StatefulSetUpdateStrategy
      revisionHistoryLimit 8 *int32 =10
      minReadySeconds 9 int32
      persistentVolumeClaimRetentionPolicy 10 *StatefulSetPersistentVolumeClaimRetentionPolicy
      ordinals 11 *StatefulSetOrdinals
    StatefulSetStatus
      observedGeneration 1 int64
      replicas 2 int32 !
      readyReplicas 3 int32
      currentReplicas 4 int32
      updatedReplicas 5 int32
      currentRevision 6 string
      updateRevision 7 string
      collisionCount 9 *int32
      conditions 10 []StatefulSetCondition merge:type map:type
      availableReplicas 11 int32 -
    StatefulSetCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    Deployment
      metadata 1 meta.ObjectMeta
      spec 2 DeploymentSpec
      status 3 DeploymentStatus
    DeploymentSpec
      replicas 1 *int32 =1
      selector 2 *meta.LabelSelector !
      template 3 core.PodTemplateSpec !
      strategy 4 DeploymentStrategy retainKeys
      minReadySeconds 5 int32
      revisionHistoryLimit 6 *int32 =10
      paused 7 bool
      progressDeadlineSeconds 9 *int32 =600
    DeploymentStrategy
      type 1 string Recreate|RollingUpdate
      rollingUpdate 2 *RollingUpdateDeployment
    RollingUpdateDeployment
      maxUnavailable 1 *intstr
      maxSurge 2 *intstr
    DeploymentStatus
      observedGeneration 1 int64
      replicas 2 int32
      updatedReplicas 3 int32
      readyReplicas 7 int32
      availableReplicas 4 int32
      unavailableReplicas 5 int32
      conditions 6 []DeploymentCondition merge:type map:type
      collisionCount 8 *int32
    DeploymentCondition
      type 1 string !
      status 2 string !
      lastUpdateTime 6 time
      lastTransitionTime 7 time
      reason 4 string
      message 5 string
    DaemonSetUpdateStrategy
      type 1 string RollingUpdate|OnDelete
      rollingUpdate 2 *RollingUpdateDaemonSet
    RollingUpdateDaemonSet
      maxUnavailable 1 *intstr
      maxSurge 2 *intstr
    DaemonSetSpec
      selector 1 *meta.LabelSelector !
      template 2 core.PodTemplateSpec !
      updateStrategy 3 DaemonSetUpdateStrategy ={}
      minReadySeconds 4 int32
      revisionHistoryLimit 6 *int32 =10
    DaemonSetStatus
      currentNumberScheduled 1 int32 !
      numberMisscheduled 2 int32 !
      desiredNumberScheduled 3 int32 !
      numberReady 4 int32 !
      observedGeneration 5 int64
      updatedNumberScheduled 6 int32
      numberAvailable 7 int32
      numberUnavailable 8 int32
      collisionCount 9 *int32
      conditions 10 []DaemonSetCondition merge:type map:type
    DaemonSetCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    DaemonSet
      metadata 1 meta.ObjectMeta
      spec 2 DaemonSetSpec
      status 3 DaemonSetStatus
    ReplicaSet
      metadata 1 meta.ObjectMeta
      spec 2 ReplicaSetSpec
      status 3 ReplicaSetStatus
    ReplicaSetSpec
      replicas 1 *int32 =1
      minReadySeconds 4 int32
      selector 2 *meta.LabelSelector !
      template 3 core.PodTemplateSpec
    ReplicaSetStatus
      replicas 1 int32 !
      fullyLabeledReplicas 2 int32
      readyReplicas 4 int32
      availableReplicas 5 int32
      observedGeneration 3 int64
      conditions 6 []ReplicaSetCondition merge:type map:type
    ReplicaSetCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    ControllerRevision
      metadata 1 meta.ObjectMeta
      data 2 raw
      revision 3 int64 !
    package batch io.k8s.api.batch.v1
    Job
      metadata 1 meta.ObjectMeta
      spec 2 JobSpec
      status 3 JobStatus
    PodFailurePolicyOnExitCodesRequirement
      containerName 1 *string
      operator 2 string ! In|NotIn
      values 3 []int32 ! set
    PodFailurePolicyOnPodConditionsPattern
      type 1 string !
      status 2 string !
    PodFailurePolicyRule
      action 1 string ! FailJob|FailIndex|Ignore|Count
      onExitCodes 2 *PodFailurePolicyOnExitCodesRequirement
      onPodConditions 3 []PodFailurePolicyOnPodConditionsPattern
    PodFailurePolicy
      rules 1 []PodFailurePolicyRule !
    SuccessPolicy
      rules 1 []SuccessPolicyRule !
    SuccessPolicyRule
      succeededIndexes 1 *string
      succeededCount 2 *int32
    JobSpec
      parallelism 1 *int32
      completions 2 *int32
      activeDeadlineSeconds 3 *int64
      podFailurePolicy 11 *PodFailurePolicy
      successPolicy 16 *SuccessPolicy
      backoffLimit 7 *int32 =6
      backoffLimitPerIndex 12 *int32
      maxFailedIndexes 13 *int32
      selector 4 *meta.LabelSelector
      manualSelector 5 *bool
      template 6 core.PodTemplateSpec !
      ttlSecondsAfterFinished 8 *int32
      completionMode 9 *string NonIndexed|Indexed =NonIndexed
      suspend 10 *bool =false
      podReplacementPolicy 14 *string TerminatingOrFailed|Failed
      managedBy 15 *string
    JobStatus
      conditions 1 []JobCondition merge:type
      startTime 2 *time
      completionTime 3 *time
      active 4 int32
      succeeded 5 int32
      failed 6 int32
      terminating 11 *int32
      completedIndexes 7 string
      failedIndexes 10 *string
      uncountedTerminatedPods 8 *UncountedTerminatedPods
      ready 9 *int32
    UncountedTerminatedPods
      succeeded 1 []string set
      failed 2 []string set
    JobCondition
      type 1 string !
      status 2 string !
      lastProbeTime 3 time
      lastTransitionTime 4 time
      reason 5 string
      message 6 string
    JobTemplateSpec
      metadata 1 meta.ObjectMeta
      spec 2 JobSpec
    CronJob
      metadata 1 meta.ObjectMeta
      spec 2 CronJobSpec
      status 3 CronJobStatus
    CronJobSpec
      schedule 1 string !
      timeZone 8 *string
      startingDeadlineSeconds 2 *int64
      concurrencyPolicy 3 string Allow|Forbid|Replace =Allow
      suspend 4 *bool =false
      jobTemplate 5 JobTemplateSpec !
      successfulJobsHistoryLimit 6 *int32 =3
      failedJobsHistoryLimit 7 *int32 =1
    CronJobStatus
      active 1 []core.ObjectReference
      lastScheduleTime 4 *time
      lastSuccessfulTime 5 *time
    """
}
