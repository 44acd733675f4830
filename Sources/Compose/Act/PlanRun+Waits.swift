import Engine
import Linux
import Runtime
import Support

// Conditions: nothing is done, somebody else's state is looked at.
extension PlanRun {
  func awaiting(
    _ service: String, _ condition: Service.Condition, _ containers: [String], _ required: Bool
  ) -> Pending {
    for name in containers { progress.report("Container \(name)", .waiting) }
    return Pending(descriptor: nil, isWait: true) { [self] in
      do {
        for name in containers {
          guard try isMet(condition, name, service) else { return false }
        }
      } catch let error as DklabError where !required {
        for name in containers {
          progress.report(
            "Container \(name)",
            ComposeProgressState("Skipped", .warning, detail: error.message()))
        }
        return true
      }
      for name in containers {
        progress.report("Container \(name)", condition == .completed ? .exited : .healthy)
      }
      return true
    }
  }

  /// Whether the container is as wished; throws when it never will be.
  private func isMet(
    _ condition: Service.Condition, _ name: String, _ service: String
  ) throws -> Bool {
    let record = try engine.container(name)
    switch condition {
    case .started: return record.state.status == .running
    case .healthy: return try isHealthy(record, service)
    case .completed:
      guard record.state.status == .exited || record.state.status == .dead else { return false }
      guard record.state.exitCode == 0 else {
        throw failure(
          service,
          Text(
            "service \"\(service)\" didn't complete successfully: exit \(record.state.exitCode)",
            ko: "\"\(service)\" 서비스가 성공으로 끝나지 않았습니다: 종료 코드 \(record.state.exitCode)"),
          look: "logs \(service)")
      }
      return true
    }
  }

  private func isHealthy(_ record: ContainerRecord, _ service: String) throws -> Bool {
    guard record.state.isActive else {
      throw failure(
        service,
        Text(
          "dependency failed to start: container \(record.name) exited (\(record.state.exitCode))",
          ko: "의존하는 컨테이너 \(record.name)이(가) 종료되었습니다(\(record.state.exitCode))"),
        look: "logs \(service)")
    }
    switch record.composeHealth {
    case .healthy: return true
    case .starting: return false
    case .unhealthy:
      throw failure(
        service,
        Text(
          "dependency failed to start: container \(record.name) is unhealthy",
          ko: "의존하는 컨테이너 \(record.name)의 상태 검사가 실패했습니다(unhealthy)"),
        look: "ps \(service)")
    case nil:
      throw failure(
        service,
        Text(
          "dependency failed to start: container \(record.name) has no healthcheck configured",
          ko: "의존하는 컨테이너 \(record.name)에 healthcheck가 없습니다"), look: nil)
    }
  }

  private func failure(_ service: String, _ message: Text, look: String?) -> DklabError {
    DklabError(
      .conflict, id: "compose.dependency-failed", message,
      hint: look.map { Text("look at `compose \($0)`", ko: "`compose \($0)`로 살펴보세요") },
      at: model[service]?.location)
  }

  /// `--wait`: running, and healthy where there is a check; one that has ended did not stay.
  func awaitingReadiness(_ service: String, _ containers: [String]) -> Pending {
    for name in containers { progress.report("Container \(name)", .waiting) }
    return Pending(descriptor: nil, isWait: true) { [self] in
      for name in containers {
        let record = try engine.container(name)
        if record.state.isActive, record.composeHealth == nil {
          guard record.state.status == .running else { return false }
          continue
        }
        if record.state.status == .exited, record.state.exitCode == 0,
          model.services.contains(where: {
            $0.dependencies.contains { $0.service == service && $0.condition == .completed }
          })
        {
          continue
        }
        guard record.state.isActive else {
          throw failure(
            service,
            Text(
              "container \(name) exited (\(record.state.exitCode))",
              ko: "컨테이너 \(name)이(가) 종료되었습니다(\(record.state.exitCode))"),
            look: "logs \(service)")
        }
        guard try isHealthy(record, service) else { return false }
      }
      for name in containers { progress.report("Container \(name)", .healthy) }
      return true
    }
  }
}
