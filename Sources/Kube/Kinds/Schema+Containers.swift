extension SchemaText {
  /// Containers of a pod: programs, environment, probes, their states.
  static let containers = """
    package core io.k8s.api.core.v1
    ContainerPort
      name 1 string
      hostPort 2 int32
      containerPort 3 int32 !
      protocol 4 string TCP|UDP|SCTP =TCP
      hostIP 5 string
    VolumeMount
      name 1 string !
      readOnly 2 bool
      recursiveReadOnly 7 *string
      mountPath 3 string !
      subPath 4 string
      mountPropagation 5 *string None|HostToContainer|Bidirectional
      subPathExpr 6 string
    VolumeDevice
      name 1 string !
      devicePath 2 string !
    EnvVar
      name 1 string !
      value 2 string
      valueFrom 3 *EnvVarSource
    EnvVarSource
      fieldRef 1 *ObjectFieldSelector
      resourceFieldRef 2 *ResourceFieldSelector
      configMapKeyRef 3 *ConfigMapKeySelector
      secretKeyRef 4 *SecretKeySelector
    ObjectFieldSelector atomic
      apiVersion 1 string =v1
      fieldPath 2 string !
    ResourceFieldSelector atomic
      containerName 1 string
      resource 2 string !
      divisor 3 quantity
    ConfigMapKeySelector atomic
      localObjectReference 1 LocalObjectReference inline
      key 2 string !
      optional 3 *bool
    SecretKeySelector atomic
      localObjectReference 1 LocalObjectReference inline
      key 2 string !
      optional 3 *bool
    EnvFromSource
      prefix 1 string
      configMapRef 2 *ConfigMapEnvSource
      secretRef 3 *SecretEnvSource
    ConfigMapEnvSource
      localObjectReference 1 LocalObjectReference inline
      optional 2 *bool
    SecretEnvSource
      localObjectReference 1 LocalObjectReference inline
      optional 2 *bool
    HTTPHeader
      name 1 string !
      value 2 string !
    HTTPGetAction
      path 1 string =/
      port 2 intstr !
      host 3 string
      scheme 4 string HTTP|HTTPS =HTTP
      httpHeaders 5 []HTTPHeader
    TCPSocketAction
      port 1 intstr !
      host 2 string
    GRPCAction
      port 1 int32 !
      service 2 *string -
    ExecAction
      command 1 []string
    SleepAction
      seconds 1 int64 !
    Probe
      handler 1 ProbeHandler inline
      initialDelaySeconds 2 int32
      timeoutSeconds 3 int32 =1
      periodSeconds 4 int32 =10
      successThreshold 5 int32 =1
      failureThreshold 6 int32 =3
      terminationGracePeriodSeconds 7 *int64
    ContainerResizePolicy
      resourceName 1 string !
      restartPolicy 2 string !
    Capabilities
      add 1 []string
      drop 2 []string
    ResourceRequirements
      limits 1 {}quantity
      requests 2 {}quantity
      claims 3 []ResourceClaim map:name
    VolumeResourceRequirements
      limits 1 {}quantity
      requests 2 {}quantity
    ResourceClaim
      name 1 string !
      request 2 string
    Container
      name 1 string !
      image 2 string
      command 3 []string
      args 4 []string
      workingDir 5 string
      ports 6 []ContainerPort merge:containerPort map:containerPort,protocol
      envFrom 19 []EnvFromSource
      env 7 []EnvVar merge:name map:name
      resources 8 ResourceRequirements
      resizePolicy 23 []ContainerResizePolicy
      restartPolicy 24 *string
      volumeMounts 9 []VolumeMount merge:mountPath map:mountPath
      volumeDevices 21 []VolumeDevice merge:devicePath map:devicePath
      livenessProbe 10 *Probe
      readinessProbe 11 *Probe
      startupProbe 22 *Probe
      lifecycle 12 *Lifecycle
      terminationMessagePath 13 string =/dev/termination-log
      terminationMessagePolicy 20 string File|FallbackToLogsOnError =File
      imagePullPolicy 14 string Always|Never|IfNotPresent
      securityContext 15 *SecurityContext
      stdin 16 bool
      stdinOnce 17 bool
      tty 18 bool
    ProbeHandler
      exec 1 *ExecAction
      httpGet 2 *HTTPGetAction
      tcpSocket 3 *TCPSocketAction
      grpc 4 *GRPCAction
    LifecycleHandler
      exec 1 *ExecAction
      httpGet 2 *HTTPGetAction
      tcpSocket 3 *TCPSocketAction
      sleep 4 *SleepAction
    Lifecycle
      postStart 1 *LifecycleHandler
      preStop 2 *LifecycleHandler
    ContainerStateWaiting
      reason 1 string
      message 2 string
    ContainerStateRunning
      startedAt 1 time
    ContainerStateTerminated
      exitCode 1 int32 !
      signal 2 int32
      reason 3 string
      message 4 string
      startedAt 5 time
      finishedAt 6 time
      containerID 7 string
    ContainerState
      waiting 1 *ContainerStateWaiting
      running 2 *ContainerStateRunning
      terminated 3 *ContainerStateTerminated
    ContainerStatus
      name 1 string !
      state 2 ContainerState
      lastState 3 ContainerState
      ready 4 bool !
      restartCount 5 int32 !
      image 6 string !
      imageID 7 string !
      containerID 8 string
      started 9 *bool
      allocatedResources 10 {}quantity
      resources 11 *ResourceRequirements
      volumeMounts 12 []VolumeMountStatus merge:mountPath map:mountPath
      user 13 *ContainerUser
      allocatedResourcesStatus 14 []ResourceStatus merge:name map:name
    ResourceStatus
      name 1 string !
      resources 2 []ResourceHealth map:resourceID
    ResourceHealth
      resourceID 1 string !
      health 2 string
    ContainerUser
      linux 1 *LinuxContainerUser
    LinuxContainerUser
      uid 1 int64 !
      gid 2 int64 !
      supplementalGroups 3 []int64
    VolumeMountStatus
      name 1 string !
      mountPath 2 string !
      readOnly 3 bool
      recursiveReadOnly 4 *string
    SeccompProfile
      type 1 string ! Unconfined|RuntimeDefault|Localhost
      localhostProfile 2 *string
    AppArmorProfile
      type 1 string ! Unconfined|RuntimeDefault|Localhost
      localhostProfile 2 *string
    EphemeralContainerCommon
      name 1 string !
      image 2 string
      command 3 []string
      args 4 []string
      workingDir 5 string
      ports 6 []ContainerPort merge:containerPort map:containerPort,protocol
      envFrom 19 []EnvFromSource
      env 7 []EnvVar merge:name map:name
      resources 8 ResourceRequirements
      resizePolicy 23 []ContainerResizePolicy
      restartPolicy 24 *string
      volumeMounts 9 []VolumeMount merge:mountPath map:mountPath
      volumeDevices 21 []VolumeDevice merge:devicePath map:devicePath
      livenessProbe 10 *Probe
      readinessProbe 11 *Probe
      startupProbe 22 *Probe
      lifecycle 12 *Lifecycle
      terminationMessagePath 13 string =/dev/termination-log
      terminationMessagePolicy 20 string File|FallbackToLogsOnError =File
      imagePullPolicy 14 string Always|Never|IfNotPresent
      securityContext 15 *SecurityContext
      stdin 16 bool
      stdinOnce 17 bool
      tty 18 bool
    EphemeralContainer
      EphemeralContainerCommon 1 EphemeralContainerCommon inline
      targetContainerName 2 string
    NodeRuntimeHandler
      name 1 string -
      features 2 *NodeRuntimeHandlerFeatures
    ContainerImage
      names 1 []string -
      sizeBytes 2 int64
    SecurityContext
      capabilities 1 *Capabilities
      privileged 2 *bool
      seLinuxOptions 3 *SELinuxOptions
      windowsOptions 10 *WindowsSecurityContextOptions
      runAsUser 4 *int64
      runAsGroup 8 *int64
      runAsNonRoot 5 *bool
      readOnlyRootFilesystem 6 *bool
      allowPrivilegeEscalation 7 *bool
      procMount 9 *string Default|Unmasked
      seccompProfile 11 *SeccompProfile
      appArmorProfile 12 *AppArmorProfile
    SELinuxOptions
      user 1 string
      role 2 string
      type 3 string
      level 4 string
    WindowsSecurityContextOptions
      gmsaCredentialSpecName 1 *string
      gmsaCredentialSpec 2 *string
      runAsUserName 3 *string
      hostProcess 4 *bool
    """
}
