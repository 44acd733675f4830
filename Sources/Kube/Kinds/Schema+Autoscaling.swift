extension SchemaText {
  /// Autoscalers and the scale subresource.
  static let autoscaling = """
    package autoscaling1 io.k8s.api.autoscaling.v1
    CrossVersionObjectReference atomic
      kind 1 string !
      name 2 string !
      apiVersion 3 string
    HorizontalPodAutoscalerSpec
      scaleTargetRef 1 CrossVersionObjectReference !
      minReplicas 2 *int32 =1
      maxReplicas 3 int32 !
      targetCPUUtilizationPercentage 4 *int32
    HorizontalPodAutoscalerStatus
      observedGeneration 1 *int64
      lastScaleTime 2 *time
      currentReplicas 3 int32 !
      desiredReplicas 4 int32 !
      currentCPUUtilizationPercentage 5 *int32
    HorizontalPodAutoscaler
      metadata 1 meta.ObjectMeta
      spec 2 HorizontalPodAutoscalerSpec
      status 3 HorizontalPodAutoscalerStatus
    Scale
      metadata 1 meta.ObjectMeta
      spec 2 ScaleSpec
      status 3 ScaleStatus
    ScaleSpec
      replicas 1 int32
    ScaleStatus
      replicas 1 int32 !
      selector 2 string
    MetricSpec
      type 1 string ! Object|Pods|Resource|ContainerResource|External
      object 2 *ObjectMetricSource
      pods 3 *PodsMetricSource
      resource 4 *ResourceMetricSource
      containerResource 7 *ContainerResourceMetricSource
      external 5 *ExternalMetricSource
    ObjectMetricSource
      target 1 CrossVersionObjectReference !
      metricName 2 string !
      targetValue 3 quantity !
      selector 4 *meta.LabelSelector
      averageValue 5 *quantity
    PodsMetricSource
      metricName 1 string !
      targetAverageValue 2 quantity !
      selector 3 *meta.LabelSelector
    ResourceMetricSource
      name 1 string !
      targetAverageUtilization 2 *int32
      targetAverageValue 3 *quantity
    ContainerResourceMetricSource
      name 1 string !
      targetAverageUtilization 2 *int32
      targetAverageValue 3 *quantity
      container 5 string !
    ExternalMetricSource
      metricName 1 string !
      metricSelector 2 *meta.LabelSelector
      targetValue 3 *quantity
      targetAverageValue 4 *quantity
    MetricStatus
      type 1 string ! Object|Pods|Resource|ContainerResource|External
      object 2 *ObjectMetricStatus
      pods 3 *PodsMetricStatus
      resource 4 *ResourceMetricStatus
      containerResource 7 *ContainerResourceMetricStatus
      external 5 *ExternalMetricStatus
    HorizontalPodAutoscalerCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    ObjectMetricStatus
      target 1 CrossVersionObjectReference !
      metricName 2 string !
      currentValue 3 quantity !
      selector 4 *meta.LabelSelector
      averageValue 5 *quantity
    PodsMetricStatus
      metricName 1 string !
      currentAverageValue 2 quantity !
      selector 3 *meta.LabelSelector
    ResourceMetricStatus
      name 1 string !
      currentAverageUtilization 2 *int32
      currentAverageValue 3 quantity !
    ContainerResourceMetricStatus
      name 1 string !
      currentAverageUtilization 2 *int32
      currentAverageValue 3 quantity !
      container 4 string !
    ExternalMetricStatus
      metricName 1 string !
      metricSelector 2 *meta.LabelSelector
      currentValue 3 quantity !
      currentAverageValue 4 *quantity
    package autoscaling2 io.k8s.api.autoscaling.v2
    HorizontalPodAutoscaler
      metadata 1 meta.ObjectMeta
      spec 2 HorizontalPodAutoscalerSpec
      status 3 HorizontalPodAutoscalerStatus
    HorizontalPodAutoscalerSpec
      scaleTargetRef 1 CrossVersionObjectReference !
      minReplicas 2 *int32 =1
      maxReplicas 3 int32 !
      metrics 4 []MetricSpec
      behavior 5 *HorizontalPodAutoscalerBehavior
    CrossVersionObjectReference
      kind 1 string !
      name 2 string !
      apiVersion 3 string
    MetricSpec
      type 1 string !
      object 2 *ObjectMetricSource
      pods 3 *PodsMetricSource
      resource 4 *ResourceMetricSource
      containerResource 7 *ContainerResourceMetricSource
      external 5 *ExternalMetricSource
    HorizontalPodAutoscalerBehavior
      scaleUp 1 *HPAScalingRules
      scaleDown 2 *HPAScalingRules
    HPAScalingRules
      stabilizationWindowSeconds 3 *int32
      selectPolicy 1 *string
      policies 2 []HPAScalingPolicy
    HPAScalingPolicy
      type 1 string !
      value 2 int32 !
      periodSeconds 3 int32 !
    ObjectMetricSource
      describedObject 1 CrossVersionObjectReference !
      target 2 MetricTarget !
      metric 3 MetricIdentifier !
    PodsMetricSource
      metric 1 MetricIdentifier !
      target 2 MetricTarget !
    ResourceMetricSource
      name 1 string !
      target 2 MetricTarget !
    ContainerResourceMetricSource
      name 1 string !
      target 2 MetricTarget !
      container 3 string !
    ExternalMetricSource
      metric 1 MetricIdentifier !
      target 2 MetricTarget !
    MetricIdentifier
      name 1 string !
      selector 2 *meta.LabelSelector
    MetricTarget
      type 1 string !
      value 2 *quantity
      averageValue 3 *quantity
      averageUtilization 4 *int32
    HorizontalPodAutoscalerStatus
      observedGeneration 1 *int64
      lastScaleTime 2 *time
      currentReplicas 3 int32
      desiredReplicas 4 int32 !
      currentMetrics 5 []MetricStatus -
      conditions 6 []HorizontalPodAutoscalerCondition merge:type map:type
    HorizontalPodAutoscalerCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    MetricStatus
      type 1 string !
      object 2 *ObjectMetricStatus
      pods 3 *PodsMetricStatus
      resource 4 *ResourceMetricStatus
      containerResource 7 *ContainerResourceMetricStatus
      external 5 *ExternalMetricStatus
    ObjectMetricStatus
      metric 1 MetricIdentifier !
      current 2 MetricValueStatus !
      describedObject 3 CrossVersionObjectReference !
    PodsMetricStatus
      metric 1 MetricIdentifier !
      current 2 MetricValueStatus !
    ResourceMetricStatus
      name 1 string !
      current 2 MetricValueStatus !
    ContainerResourceMetricStatus
      name 1 string !
      current 2 MetricValueStatus !
      container 3 string !
    ExternalMetricStatus
      metric 1 MetricIdentifier !
      current 2 MetricValueStatus !
    MetricValueStatus
      value 1 *quantity
      averageValue 2 *quantity
      averageUtilization 3 *int32
    """
}
