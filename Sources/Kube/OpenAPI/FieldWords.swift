import Documents

/// What `kubectl explain` says of the kinds and fields that a class meets most: one line each, as
/// `Message: words` or `Message.field: words`, all of them in package `core` unless another is named.
///
/// They are kept apart from `SchemaText`, whose lines are read by the machinery.
enum FieldWords {
  /// The words for a message, or for one of its fields.
  static func of(_ message: MessageType, _ field: String? = nil) -> String {
    let name = message.name.hasPrefix("core.") ? String(message.name.dropFirst(5)) : message.name
    return words[field.map { "\(name).\($0)" } ?? name] ?? ""
  }

  /// What a field is; every kind has metadata of the same form.
  static func of(_ message: MessageType, _ field: Field) -> String {
    let own = of(message, field.name)
    let isMetadata = field.name == "metadata" && field.type.message?.name == "meta.ObjectMeta"
    return own.isEmpty && isMetadata ? "Name, labels and annotations." : own
  }

  static let words: [String: String] = {
    var result: [String: String] = [:]
    for line in (pods + containers + workloads + services).split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      result[String(line[..<colon])] = String(line[line.index(colon, offsetBy: 2)...])
    }
    return result
  }()

  private static let pods = """
    Pod: One or more containers that run together on one node and share an address and volumes.
    Pod.metadata: Name, namespace, labels and annotations.
    Pod.spec: What is wanted: which containers, which volumes, where they may run.
    Pod.status: What has become of it. Written by the node, not by you.
    PodSpec: What is wanted of a pod.
    PodSpec.containers: The containers. There is at least one; the list cannot be changed later.
    PodSpec.initContainers: Containers that run one after the other, each to its end, before the others start.
    PodSpec.ephemeralContainers: Containers added to a running pod to look into it.
    PodSpec.volumes: The volumes that containers can mount.
    PodSpec.restartPolicy: Whether ended containers start again: Always (the default), OnFailure or Never.
    PodSpec.terminationGracePeriodSeconds: How long the containers may take to end after SIGTERM, before SIGKILL. 30 by default.
    PodSpec.activeDeadlineSeconds: After so many seconds the pod is ended and counts as failed.
    PodSpec.nodeSelector: Labels that a node must have for the pod to run there.
    PodSpec.nodeName: The node it runs on. Normally written by the scheduler.
    PodSpec.serviceAccountName: The account as which its programs talk to the API server.
    PodSpec.automountServiceAccountToken: Whether the account's token is mounted into the containers.
    PodSpec.affinity: Which nodes are wanted, and which other pods should or should not be near.
    PodSpec.tolerations: Taints of nodes that do not keep this pod away.
    PodSpec.hostNetwork: Uses the node's network instead of one of its own.
    PodSpec.hostPID: Sees the node's processes.
    PodSpec.hostname: The name the pod's containers see as their host's.
    PodSpec.subdomain: With a headless service of this name, gives the pod a name in DNS.
    PodSpec.dnsPolicy: Where names are looked up: ClusterFirst (the default), Default, None or ClusterFirstWithHostNet.
    PodSpec.imagePullSecrets: Secrets with logins for registries.
    PodSpec.securityContext: Users, groups and other restrictions for all containers.
    PodSpec.priorityClassName: How important it is, by the name of a PriorityClass.
    PodSpec.topologySpreadConstraints: How evenly pods of a kind should be spread over zones or nodes.
    PodSpec.schedulerName: The scheduler that places it.
    PodSpec.shareProcessNamespace: Lets its containers see each other's processes.
    PodSpec.hostAliases: Lines to add to /etc/hosts.
    PodStatus: What has become of a pod.
    PodStatus.phase: Pending, Running, Succeeded, Failed or Unknown: where the pod is in its life.
    PodStatus.conditions: Single statements about it, such as Ready, each True or False.
    PodStatus.podIP: Its address in the cluster.
    PodStatus.hostIP: The address of its node.
    PodStatus.startTime: When the node took it on.
    PodStatus.containerStatuses: How each container is doing.
    PodStatus.reason: Why it is in this state, in one word.
    PodStatus.message: Why it is in this state, in a sentence.
    PodStatus.qosClass: Guaranteed, Burstable or BestEffort: who has to go first when memory runs out.
    Volume: Something that containers can mount.
    Volume.name: Its name, by which containers refer to it.
    Volume.emptyDir: An empty folder that lives as long as the pod.
    Volume.hostPath: A folder or file of the node. Ties the pod to the node, and trusts it.
    Volume.configMap: The entries of a ConfigMap as files.
    Volume.secret: The entries of a Secret as files, kept in memory.
    Volume.persistentVolumeClaim: Storage that outlives the pod.
    Volume.downwardAPI: Facts about the pod as files.
    Volume.projected: Several sources in one folder.
    PodTemplateSpec: The pod that a workload makes copies of.
    PodTemplateSpec.metadata: Labels and annotations of the copies. The workload's selector must match the labels.
    PodTemplateSpec.spec: What is wanted of each copy.
    meta.ObjectMeta: What every object has: names, labels, annotations, and the books the server keeps.
    meta.ObjectMeta.name: The name, unique for its kind in its namespace. It cannot be changed.
    meta.ObjectMeta.generateName: Beginning of a name that the server completes.
    meta.ObjectMeta.namespace: The namespace the object is in. It cannot be changed.
    meta.ObjectMeta.labels: Keys and values to choose objects by.
    meta.ObjectMeta.annotations: Keys and values that nobody chooses by: notes for people and programs.
    meta.ObjectMeta.uid: Tells this object apart from an earlier one with the same name.
    meta.ObjectMeta.resourceVersion: Changes with every change. Sent along, it refuses a write over somebody else's.
    meta.ObjectMeta.generation: Counts the changes of what is wanted.
    meta.ObjectMeta.creationTimestamp: When it was created.
    meta.ObjectMeta.deletionTimestamp: When it was asked to go; it goes when its finalizers are done.
    meta.ObjectMeta.ownerReferences: The objects this one belongs to. When they are gone, it is removed.
    meta.ObjectMeta.finalizers: Who has to clear up before the object may be gone.
    meta.ObjectMeta.managedFields: Who wrote which field.

    """

  private static let containers = """
    Container: One program from an image, with its environment, mounts and limits.
    Container.name: Its name, unique in the pod.
    Container.image: The image, such as nginx:1.27.
    Container.command: The program and its first arguments. Replaces the image's ENTRYPOINT.
    Container.args: The arguments. Replaces the image's CMD.
    Container.workingDir: The folder the program starts in.
    Container.ports: The ports it listens on. Information only: leaving one out closes nothing.
    Container.env: Environment variables.
    Container.envFrom: ConfigMaps and Secrets all of whose entries become environment variables.
    Container.resources: How much CPU and memory it asks for, and how much it may use.
    Container.volumeMounts: Where volumes of the pod appear in the container.
    Container.livenessProbe: A look whether it still works. If not, it is restarted.
    Container.readinessProbe: A look whether it can take requests. If not, services leave it out.
    Container.startupProbe: A look whether it has started; the other probes wait for it.
    Container.lifecycle: What to do right after the start and before the end.
    Container.imagePullPolicy: When to fetch the image: Always, IfNotPresent or Never.
    Container.securityContext: User, capabilities and other restrictions.
    Container.restartPolicy: Always makes an init container a sidecar, which goes on running.
    Container.stdin: Keeps standard input open.
    Container.tty: Gives it a terminal. Needs stdin.
    Container.terminationMessagePath: A file whose content is shown as the reason of its end.
    ContainerPort: A port that a container listens on.
    ContainerPort.containerPort: The number.
    ContainerPort.name: A name that services and probes can use.
    ContainerPort.protocol: TCP (the default), UDP or SCTP.
    ContainerPort.hostPort: A port of the node that leads here.
    EnvVar: One environment variable.
    EnvVar.name: Its name.
    EnvVar.value: Its value. $(NAME) stands for a variable defined before it.
    EnvVar.valueFrom: Takes the value from a ConfigMap, a Secret, or the pod itself.
    EnvVarSource.configMapKeyRef: An entry of a ConfigMap.
    EnvVarSource.secretKeyRef: An entry of a Secret.
    EnvVarSource.fieldRef: A field of the pod, such as metadata.name or status.podIP.
    EnvVarSource.resourceFieldRef: A limit or request of a container.
    EnvFromSource.configMapRef: The ConfigMap.
    EnvFromSource.secretRef: The Secret.
    EnvFromSource.prefix: Put before every name.
    ResourceRequirements: How much of the node's resources a container gets.
    ResourceRequirements.limits: The most it may use. Above its memory limit it is killed; above its CPU limit it is slowed down.
    ResourceRequirements.requests: What the scheduler sets aside for it.
    VolumeMount.name: The name of a volume of the pod.
    VolumeMount.mountPath: Where it appears in the container.
    VolumeMount.readOnly: Nothing can be written there.
    VolumeMount.subPath: Only this folder or file of the volume.
    Probe: A look at a container that is repeated.
    Probe.httpGet: A GET request; any status from 200 to 399 is success.
    Probe.tcpSocket: A connection that must come about.
    Probe.exec: A command in the container that must end with 0.
    Probe.grpc: A call of the gRPC health service.
    Probe.initialDelaySeconds: How long to wait after the start before the first look.
    Probe.periodSeconds: How long from one look to the next. 10 by default.
    Probe.timeoutSeconds: How long a look may take. 1 by default.
    Probe.failureThreshold: After so many failures in a row it counts as failed. 3 by default.
    Probe.successThreshold: After so many successes in a row it counts as well again.
    HTTPGetAction.path: The path.
    HTTPGetAction.port: The port, by number or name.
    SecurityContext.runAsUser: The user id its first process has.
    SecurityContext.runAsNonRoot: Refuses to start as root.
    SecurityContext.privileged: Gives it nearly all rights of the node's root.
    SecurityContext.capabilities: Capabilities to add or drop.
    SecurityContext.readOnlyRootFilesystem: Nothing can be written outside of volumes.
    SecurityContext.allowPrivilegeEscalation: Whether a process may get more rights than its parent.

    """

  private static let workloads = """
    apps.Deployment: Keeps a number of equal pods running, and replaces them step by step when their template changes.
    apps.Deployment.metadata: Name, namespace, labels and annotations.
    apps.Deployment.spec: What is wanted: how many pods, of which kind, and how to change them.
    apps.Deployment.status: How far it has come. Written by its controller.
    apps.DeploymentSpec: What is wanted of a Deployment.
    apps.DeploymentSpec.replicas: How many pods. 1 by default.
    apps.DeploymentSpec.selector: Which pods are its own, by their labels. It cannot be changed.
    apps.DeploymentSpec.template: The pod to make copies of. A change of it starts a rollout.
    apps.DeploymentSpec.strategy: How old pods are replaced by new ones.
    apps.DeploymentSpec.minReadySeconds: How long a pod must be ready before it counts as available.
    apps.DeploymentSpec.revisionHistoryLimit: How many old ReplicaSets are kept to go back to. 10 by default.
    apps.DeploymentSpec.paused: Changes of the template wait until this is taken back.
    apps.DeploymentSpec.progressDeadlineSeconds: After so long without progress the rollout counts as failed.
    apps.DeploymentStrategy: How old pods are replaced.
    apps.DeploymentStrategy.type: RollingUpdate (the default) or Recreate, which ends all old pods first.
    apps.DeploymentStrategy.rollingUpdate: How many pods may be missing or too many meanwhile.
    apps.RollingUpdateDeployment.maxUnavailable: How many pods may be missing, as a number or a percentage. 25% by default.
    apps.RollingUpdateDeployment.maxSurge: How many pods may be too many, as a number or a percentage. 25% by default.
    apps.DeploymentStatus.replicas: How many pods there are.
    apps.DeploymentStatus.updatedReplicas: How many of them have the newest template.
    apps.DeploymentStatus.readyReplicas: How many are ready.
    apps.DeploymentStatus.availableReplicas: How many have been ready for long enough.
    apps.DeploymentStatus.unavailableReplicas: How many are still missing.
    apps.DeploymentStatus.conditions: Single statements: Available, Progressing.
    apps.DeploymentStatus.observedGeneration: The generation of the wish that this status is about.
    apps.ReplicaSet: Keeps a number of equal pods running. Deployments make these.
    apps.ReplicaSetSpec.replicas: How many pods.
    apps.DaemonSet: Keeps one pod on every node.
    apps.StatefulSet: Keeps pods with lasting names and storage of their own, started in order.
    apps.StatefulSetSpec.serviceName: The headless service that gives its pods their names.
    apps.StatefulSetSpec.replicas: How many pods.
    apps.StatefulSetSpec.volumeClaimTemplates: The storage that each pod gets.
    batch.Job: Runs pods until a number of them has ended successfully.
    batch.Job.metadata: Name, namespace, labels and annotations.
    batch.Job.spec: What is wanted: which pod, how often, how many at once.
    batch.Job.status: How far it has come.
    batch.JobSpec.template: The pod to run. Its restartPolicy is OnFailure or Never.
    batch.JobSpec.completions: How many pods must succeed.
    batch.JobSpec.parallelism: How many may run at once.
    batch.JobSpec.backoffLimit: How many failures are allowed. 6 by default.
    batch.JobSpec.activeDeadlineSeconds: After so many seconds it is ended and counts as failed.
    batch.JobSpec.ttlSecondsAfterFinished: So long after its end it is removed with its pods.
    batch.JobSpec.suspend: No pods are made until this is taken back.
    batch.JobSpec.completionMode: NonIndexed, or Indexed, where each pod has a number of its own.
    batch.JobSpec.manualSelector: Lets you choose the selector yourself. Rarely right.
    batch.JobSpec.selector: Which pods are its own. Made by the server.
    batch.JobStatus.active: How many pods run.
    batch.JobStatus.succeeded: How many have succeeded.
    batch.JobStatus.failed: How many have failed.
    batch.JobStatus.conditions: Single statements: Complete, Failed, Suspended.
    batch.CronJob: Makes a Job again and again, at the times of a schedule.
    batch.CronJobSpec.schedule: The times, as cron writes them: minute, hour, day, month, weekday.
    batch.CronJobSpec.jobTemplate: The Job to make.
    batch.CronJobSpec.concurrencyPolicy: Whether a run may begin before the last one has ended: Allow, Forbid or Replace.

    """

  private static let services = """
    Service: One address and name for pods that come and go.
    Service.metadata: Name, namespace, labels and annotations. The name is also its name in DNS.
    Service.spec: What is wanted: which pods, which ports, who may reach it.
    Service.status: The state of an external balancer.
    ServiceSpec: What is wanted of a Service.
    ServiceSpec.selector: Labels of the pods behind it. Pods that are not ready are left out.
    ServiceSpec.ports: The ports it has.
    ServiceSpec.type: ClusterIP (inside the cluster only, the default), NodePort, LoadBalancer or ExternalName.
    ServiceSpec.clusterIP: Its address in the cluster; None makes it headless: its name leads to the pods themselves.
    ServiceSpec.externalName: With type ExternalName, the name it is another name for.
    ServiceSpec.sessionAffinity: ClientIP sends a client to the same pod each time.
    ServiceSpec.externalTrafficPolicy: Local keeps requests from outside on the node they came to.
    ServiceSpec.publishNotReadyAddresses: Pods count before they are ready.
    ServicePort: One port of a Service.
    ServicePort.port: The port of the service.
    ServicePort.targetPort: The port of the pods, by number or name. The same as port when left out.
    ServicePort.nodePort: The port on every node, for NodePort and LoadBalancer.
    ServicePort.name: Its name; needed when there are several.
    ServicePort.protocol: TCP (the default), UDP or SCTP.
    ConfigMap: Settings as keys and values, for environment variables and files of pods. Not for secrets.
    ConfigMap.metadata: Name, namespace, labels and annotations.
    ConfigMap.data: The entries, as text.
    ConfigMap.binaryData: Entries that are no text, in Base64.
    ConfigMap.immutable: The entries cannot be changed any more.
    Secret: Passwords, keys and tokens. Base64 is a way of writing, not a protection.
    Secret.metadata: Name, namespace, labels and annotations.
    Secret.data: The entries, in Base64.
    Secret.stringData: Entries as plain text; the server writes them to data.
    Secret.type: What kind of secret it is, such as Opaque or kubernetes.io/tls.
    Secret.immutable: The entries cannot be changed any more.
    Namespace: A part of the cluster with names of its own.
    networking.Ingress: Leads requests from outside to Services, by host and path. Needs an ingress controller.
    networking.Ingress.metadata: Name, namespace, labels and annotations.
    networking.Ingress.spec: The hosts and paths, and where they lead.
    networking.IngressSpec.rules: The hosts.
    networking.IngressSpec.ingressClassName: The controller that is meant.
    networking.IngressSpec.defaultBackend: Where requests go that no rule fits.
    networking.IngressSpec.tls: Hosts that are served with a certificate, and the Secrets it is in.
    networking.IngressRule.host: The host name; all of them when left out.
    networking.IngressRule.http: The paths.
    networking.HTTPIngressPath.path: The path.
    networking.HTTPIngressPath.pathType: Exact, Prefix or ImplementationSpecific.
    networking.HTTPIngressPath.backend: The Service that answers.
    """
}
