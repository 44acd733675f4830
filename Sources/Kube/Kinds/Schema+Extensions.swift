extension SchemaText {
  /// Admission webhooks and policies, and kinds that users define.
  static let extensions = """
    package admissionregistration io.k8s.api.admissionregistration.v1
    Rule
      apiGroups 1 []string
      apiVersions 2 []string
      resources 3 []string
      scope 4 *string Cluster|Namespaced|* =*
    ValidatingAdmissionPolicy
      metadata 1 meta.ObjectMeta
      spec 2 ValidatingAdmissionPolicySpec
      status 3 ValidatingAdmissionPolicyStatus
    ValidatingAdmissionPolicyStatus
      observedGeneration 1 int64
      typeChecking 2 *TypeChecking
      conditions 3 []meta.Condition map:type
    TypeChecking
      expressionWarnings 1 []ExpressionWarning
    ExpressionWarning
      fieldRef 2 string !
      warning 3 string !
    ValidatingAdmissionPolicySpec
      paramKind 1 *ParamKind
      matchConstraints 2 *MatchResources
      validations 3 []Validation
      failurePolicy 4 *string Ignore|Fail
      auditAnnotations 5 []AuditAnnotation
      matchConditions 6 []MatchCondition merge:name map:name
      variables 7 []Variable merge:name map:name
    ParamKind atomic
      apiVersion 1 string
      kind 2 string
    Validation
      expression 1 string !
      message 2 string
      reason 3 *string
      messageExpression 4 string
    Variable atomic
      name 1 string !
      expression 2 string !
    AuditAnnotation
      key 1 string !
      valueExpression 2 string !
    ValidatingAdmissionPolicyBinding
      metadata 1 meta.ObjectMeta
      spec 2 ValidatingAdmissionPolicyBindingSpec
    ValidatingAdmissionPolicyBindingSpec
      policyName 1 string
      paramRef 2 *ParamRef
      matchResources 3 *MatchResources
      validationActions 4 []string set Deny|Warn|Audit
    ParamRef atomic
      name 1 string
      namespace 2 string
      selector 3 *meta.LabelSelector
      parameterNotFoundAction 4 *string
    MatchResources atomic
      namespaceSelector 1 *meta.LabelSelector
      objectSelector 2 *meta.LabelSelector
      resourceRules 3 []NamedRuleWithOperations
      excludeResourceRules 4 []NamedRuleWithOperations
      matchPolicy 7 *string Exact|Equivalent
    NamedRuleWithOperations atomic
      resourceNames 1 []string
      ruleWithOperations 2 RuleWithOperations inline
    ValidatingWebhookConfiguration
      metadata 1 meta.ObjectMeta
      webhooks 2 []ValidatingWebhook merge:name map:name
    MutatingWebhookConfiguration
      metadata 1 meta.ObjectMeta
      webhooks 2 []MutatingWebhook merge:name map:name
    ValidatingWebhook
      name 1 string !
      clientConfig 2 WebhookClientConfig !
      rules 3 []RuleWithOperations
      failurePolicy 4 *string Ignore|Fail =Fail
      matchPolicy 9 *string Exact|Equivalent =Equivalent
      namespaceSelector 5 *meta.LabelSelector ={}
      objectSelector 10 *meta.LabelSelector ={}
      sideEffects 6 *string ! Unknown|None|Some|NoneOnDryRun
      timeoutSeconds 7 *int32 =10
      admissionReviewVersions 8 []string !
      matchConditions 11 []MatchCondition merge:name map:name
    MutatingWebhook
      name 1 string !
      clientConfig 2 WebhookClientConfig !
      rules 3 []RuleWithOperations
      failurePolicy 4 *string Ignore|Fail =Fail
      matchPolicy 9 *string Exact|Equivalent =Equivalent
      namespaceSelector 5 *meta.LabelSelector ={}
      objectSelector 11 *meta.LabelSelector ={}
      sideEffects 6 *string ! Unknown|None|Some|NoneOnDryRun
      timeoutSeconds 7 *int32 =10
      admissionReviewVersions 8 []string !
      reinvocationPolicy 10 *string Never|IfNeeded =Never
      matchConditions 12 []MatchCondition merge:name map:name
    RuleWithOperations
      operations 1 []string *|CREATE|UPDATE|DELETE|CONNECT
      rule 2 Rule inline
    WebhookClientConfig
      url 3 *string
      service 1 *ServiceReference
      caBundle 2 bytes
    ServiceReference
      namespace 1 string !
      name 2 string !
      path 3 *string
      port 4 *int32 =443
    MatchCondition
      name 1 string !
      expression 2 string !
    package apiextensions io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1
    CustomResourceDefinitionSpec
      group 1 string !
      names 3 CustomResourceDefinitionNames !
      scope 4 string !
      versions 7 []CustomResourceDefinitionVersion !
      conversion 9 *CustomResourceConversion
      preserveUnknownFields 10 bool
    CustomResourceConversion
      strategy 1 string !
      webhook 2 *WebhookConversion
    WebhookConversion
      clientConfig 2 *WebhookClientConfig
      conversionReviewVersions 3 []string !
    WebhookClientConfig
      url 3 *string
      service 1 *ServiceReference
      caBundle 2 bytes
    ServiceReference
      namespace 1 string !
      name 2 string !
      path 3 *string
      port 4 *int32
    CustomResourceDefinitionVersion
      name 1 string !
      served 2 bool !
      storage 3 bool !
      deprecated 7 bool
      deprecationWarning 8 *string
      schema 4 *CustomResourceValidation
      subresources 5 *CustomResourceSubresources
      additionalPrinterColumns 6 []CustomResourceColumnDefinition
      selectableFields 9 []SelectableField
    SelectableField
      jsonPath 1 string !
    CustomResourceColumnDefinition
      name 1 string !
      type 2 string !
      format 3 string
      description 4 string
      priority 5 int32
      jsonPath 6 string !
    CustomResourceDefinitionNames
      plural 1 string !
      singular 2 string
      shortNames 3 []string
      kind 4 string !
      listKind 5 string
      categories 6 []string
    CustomResourceDefinitionCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    CustomResourceDefinitionStatus
      conditions 1 []CustomResourceDefinitionCondition - map:type
      acceptedNames 2 CustomResourceDefinitionNames -
      storedVersions 3 []string -
    CustomResourceDefinition
      metadata 1 meta.ObjectMeta
      spec 2 CustomResourceDefinitionSpec !
      status 3 CustomResourceDefinitionStatus
    CustomResourceValidation
      openAPIV3Schema 1 *JSONSchemaProps
    CustomResourceSubresources
      status 1 *json
      scale 2 *CustomResourceSubresourceScale
    CustomResourceSubresourceScale
      specReplicasPath 1 string !
      statusReplicasPath 2 string !
      labelSelectorPath 3 *string
    JSONSchemaProps
      id 1 string
      $schema 2 string
      $ref 3 *string
      description 4 string
      type 5 string
      format 6 string
      title 7 string
      default 8 *json
      maximum 9 *double
      exclusiveMaximum 10 bool
      minimum 11 *double
      exclusiveMinimum 12 bool
      maxLength 13 *int64
      minLength 14 *int64
      pattern 15 string
      maxItems 16 *int64
      minItems 17 *int64
      uniqueItems 18 bool
      multipleOf 19 *double
      enum 20 []json
      maxProperties 21 *int64
      minProperties 22 *int64
      required 23 []string
      items 24 *json
      allOf 25 []JSONSchemaProps
      oneOf 26 []JSONSchemaProps
      anyOf 27 []JSONSchemaProps
      not 28 *JSONSchemaProps
      properties 29 {}JSONSchemaProps
      additionalProperties 30 *json
      patternProperties 31 {}JSONSchemaProps
      dependencies 32 {}json
      additionalItems 33 *json
      definitions 34 {}JSONSchemaProps
      externalDocs 35 *ExternalDocumentation
      example 36 *json
      nullable 37 bool
      x-kubernetes-preserve-unknown-fields 38 *bool
      x-kubernetes-embedded-resource 39 bool
      x-kubernetes-int-or-string 40 bool
      x-kubernetes-list-map-keys 41 []string
      x-kubernetes-list-type 42 *string
      x-kubernetes-map-type 43 *string
      x-kubernetes-validations 44 []ValidationRule merge:rule map:rule
    ValidationRule
      rule 1 string !
      message 2 string
      messageExpression 3 string
      reason 4 *string FieldValueRequired|FieldValueDuplicate|FieldValueInvalid|FieldValueForbidden
      fieldPath 5 string
      optionalOldSelf 6 *bool
    ExternalDocumentation
      description 1 string
      url 2 string
    package apiregistration io.k8s.kube-aggregator.pkg.apis.apiregistration.v1
    APIService
      metadata 1 meta.ObjectMeta
      spec 2 APIServiceSpec
      status 3 APIServiceStatus
    APIServiceSpec
      service 1 *APIServiceReference
      group 2 string
      version 3 string
      insecureSkipTLSVerify 4 bool
      caBundle 5 bytes
      groupPriorityMinimum 7 int32 !
      versionPriority 8 int32 !
    APIServiceReference
      namespace 1 string
      name 2 string
      port 3 *int32 =443
    APIServiceStatus
      conditions 1 []APIServiceCondition merge:type map:type
    APIServiceCondition
      type 1 string !
      status 2 string !
      lastTransitionTime 3 time
      reason 4 string
      message 5 string
    """
}
