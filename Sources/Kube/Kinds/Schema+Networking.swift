extension SchemaText {
  /// Ingresses, network policies, endpoint slices, disruption budgets.
  static let networking = """
    package networking io.k8s.api.networking.v1
    NetworkPolicy
      metadata 1 meta.ObjectMeta
      spec 2 NetworkPolicySpec
    NetworkPolicySpec
      podSelector 1 meta.LabelSelector !
      ingress 2 []NetworkPolicyIngressRule
      egress 3 []NetworkPolicyEgressRule
      policyTypes 4 []string Ingress|Egress
    NetworkPolicyIngressRule
      ports 1 []NetworkPolicyPort
      from 2 []NetworkPolicyPeer
    NetworkPolicyEgressRule
      ports 1 []NetworkPolicyPort
      to 2 []NetworkPolicyPeer
    NetworkPolicyPort
      protocol 1 *string TCP|UDP|SCTP =TCP
      port 2 *intstr
      endPort 3 *int32
    IPBlock
      cidr 1 string !
      except 2 []string
    NetworkPolicyPeer
      podSelector 1 *meta.LabelSelector
      namespaceSelector 2 *meta.LabelSelector
      ipBlock 3 *IPBlock
    Ingress
      metadata 1 meta.ObjectMeta
      spec 2 IngressSpec
      status 3 IngressStatus
    IngressSpec
      ingressClassName 4 *string
      defaultBackend 1 *IngressBackend
      tls 2 []IngressTLS
      rules 3 []IngressRule
    IngressTLS
      hosts 1 []string
      secretName 2 string
    IngressStatus
      loadBalancer 1 IngressLoadBalancerStatus
    IngressLoadBalancerStatus
      ingress 1 []IngressLoadBalancerIngress
    IngressLoadBalancerIngress
      ip 1 string
      hostname 2 string
      ports 4 []IngressPortStatus
    IngressPortStatus
      port 1 int32 !
      protocol 2 string ! TCP|UDP|SCTP
      error 3 *string
    IngressRule
      host 1 string
      ingressRuleValue 2 IngressRuleValue inline
    IngressRuleValue
      http 1 *HTTPIngressRuleValue
    HTTPIngressRuleValue
      paths 1 []HTTPIngressPath !
    HTTPIngressPath
      path 1 string
      pathType 3 *string !
      backend 2 IngressBackend !
    IngressBackend
      service 4 *IngressServiceBackend
      resource 3 *core.TypedLocalObjectReference
    IngressServiceBackend
      name 1 string !
      port 2 ServiceBackendPort
    ServiceBackendPort atomic
      name 1 string
      number 2 int32
    IngressClass
      metadata 1 meta.ObjectMeta
      spec 2 IngressClassSpec
    IngressClassSpec
      controller 1 string
      parameters 2 *IngressClassParametersReference
    IngressClassParametersReference
      apiGroup 1 *string
      kind 2 string !
      name 3 string !
      scope 4 *string -
      namespace 5 *string
    package discovery io.k8s.api.discovery.v1
    EndpointSlice
      metadata 1 meta.ObjectMeta
      addressType 4 string !
      endpoints 2 []Endpoint !
      ports 3 []EndpointPort -
    Endpoint
      addresses 1 []string ! set
      conditions 2 EndpointConditions
      hostname 3 *string
      targetRef 4 *core.ObjectReference
      deprecatedTopology 5 {}string
      nodeName 6 *string
      zone 7 *string
      hints 8 *EndpointHints
    EndpointConditions
      ready 1 *bool
      serving 2 *bool
      terminating 3 *bool
    EndpointHints
      forZones 1 []ForZone
    ForZone
      name 1 string !
    EndpointPort atomic
      name 1 *string =""
      protocol 2 *string TCP|UDP|SCTP =TCP
      port 3 *int32
      appProtocol 4 *string
    package policy io.k8s.api.policy.v1
    PodDisruptionBudgetSpec
      minAvailable 1 *intstr
      selector 2 *meta.LabelSelector
      maxUnavailable 3 *intstr
      unhealthyPodEvictionPolicy 4 *string IfHealthyBudget|AlwaysAllow
    PodDisruptionBudgetStatus
      observedGeneration 1 int64
      disruptedPods 2 {}time
      disruptionsAllowed 3 int32 !
      currentHealthy 4 int32 !
      desiredHealthy 5 int32 !
      expectedPods 6 int32 !
      conditions 7 []meta.Condition merge:type map:type
    PodDisruptionBudget
      metadata 1 meta.ObjectMeta
      spec 2 PodDisruptionBudgetSpec
      status 3 PodDisruptionBudgetStatus
    Eviction
      metadata 1 meta.ObjectMeta
      deleteOptions 2 *meta.DeleteOptions
    """
}
