import Linux

/// `linux.personality` as personality(2) takes it.
package struct Personality {
  package let value: UInt32

  /// Nil for a domain or flag that is not known.
  package init?(_ spec: SpecPersonality) {
    guard (spec.flags ?? []).isEmpty else { return nil }
    switch spec.domain {
    case "LINUX": value = 0
    case "LINUX32": value = 8
    default: return nil
    }
  }
}

/// `process.scheduler` as sched_setattr(2) takes it.
package struct SchedulingPolicy {
  package let attributes: SchedulingAttributes

  /// Nil for a policy or flag that is not known.
  package init?(_ spec: SpecScheduler) {
    guard
      var attributes = SchedulingAttributes(policy: spec.policy, flags: spec.flags ?? [])
    else { return nil }
    attributes.nice = spec.nice ?? 0
    attributes.priority = spec.priority ?? 0
    attributes.runtime = spec.runtime ?? 0
    attributes.deadline = spec.deadline ?? 0
    attributes.period = spec.period ?? 0
    self.attributes = attributes
  }
}
