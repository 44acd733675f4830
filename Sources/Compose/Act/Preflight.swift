import Engine
import Glibc
import Linux
import Networks
import Support

/// What would stop a plan half-way, found before its first step: so that a mistake leaves nothing behind.
package struct Preflight {
  private let engine: Engine
  private let model: ProjectModel
  private let state: ProjectState

  package init(_ engine: Engine, _ model: ProjectModel, _ state: ProjectState) {
    self.engine = engine
    self.model = model
    self.state = state
  }

  /// Looks at what `plan` will need.
  ///
  /// - Throws: ``DklabError`` with the place in the file, or ``ComposeProblems`` for several.
  package func check(_ plan: ComposePlan) throws {
    var problems: [DklabError] = []
    let created = Set(
      plan.steps.compactMap { step -> String? in
        if case .createContainer(let new) = step.operation { return new.service }
        return nil
      })
    for service in model.services where created.contains(service.name) {
      problems += resources(service) + files(service) + limits(service)
    }
    problems += try madeResources(plan) + ports(plan)
    if let first = problems.first {
      throw problems.count == 1 ? first : ComposeProblems(problems)
    }
  }

  private func madeResources(_ plan: ComposePlan) throws -> [DklabError] {
    let maker = ResourceMaker(engine: engine, model: model)
    let removed = Set(
      plan.steps.compactMap { step -> String? in
        if case .removeNetwork(let name) = step.operation { return name }
        return nil
      })
    return try plan.steps.compactMap { step in
      do {
        switch step.operation {
        case .createNetwork(let key, _): try maker.checkNetwork(key, without: removed)
        case .createVolume(let key, _): try maker.checkVolume(key)
        default: break
        }
        return nil
      } catch let error as DklabError {
        return error
      }
    }
  }

  private func resources(_ service: Service) -> [DklabError] {
    var problems: [DklabError] = []
    for place in service.networks {
      guard let network = model.networks.first(where: { $0.key == place.key }),
        network.isExternal, state.network(network.name) == nil
      else { continue }
      problems.append(missing("network", "네트워크", network.name, network.location))
    }
    for key in service.volumeKeys {
      guard let volume = model.volumes.first(where: { $0.key == key }), volume.isExternal,
        state.volume(volume.name) == nil
      else { continue }
      problems.append(missing("volume", "볼륨", volume.name, volume.location))
    }
    return problems
  }

  private func limits(_ service: Service) -> [DklabError] {
    do {
      try service.spec.host.checkLimits()
      return []
    } catch {
      guard var problem = error as? DklabError else { return [] }
      problem.location = problem.location ?? service.location
      return [problem]
    }
  }

  private func missing(
    _ kind: String, _ korean: String, _ name: String, _ location: SourceLocation
  ) -> DklabError {
    DklabError(
      .notFound, id: "compose.external-missing",
      Text(
        "\(kind) \(name) declared as external, but could not be found",
        ko: "external로 선언한 \(korean) \(name)을(를) 찾을 수 없습니다"),
      hint: Text(
        "create it with `\(kind) create \(name)`", ko: "`\(kind) create \(name)` 명령으로 만드세요"),
      at: location)
  }

  private func files(_ service: Service) -> [DklabError] {
    var problems: [DklabError] = []
    for file in service.files {
      switch file.content {
      case .file(let path) where !File.exists(path):
        problems.append(
          DklabError(
            .notFound, id: "compose.file-missing",
            Text(
              "\(service.name): \(file.key): \(path): no such file",
              ko: "\(service.name): \(file.key): \(path): 파일이 없습니다"), at: file.location))
      case .unset(let variable):
        problems.append(
          DklabError(
            .notFound, id: "compose.variable.unset",
            Text(
              "\(service.name): \(file.key): the variable \(variable) is not set",
              ko: "\(service.name): \(file.key): 환경 변수 \(variable)이(가) 없습니다"),
            at: file.location))
      default: break
      }
    }
    for required in service.requiredPaths where !File.exists(required.path) {
      problems.append(
        DklabError(
          .notFound, id: "mount.source-missing",
          Text(
            "\(service.name): bind source path does not exist: \(required.path)",
            ko: "\(service.name): bind 마운트의 source 경로가 없습니다: \(required.path)"),
          hint: Text(
            "make it, or set create_host_path", ko: "디렉터리를 만들거나 create_host_path를 쓰세요"),
          at: required.location))
    }
    return problems
  }

  /// Ports that two containers of the plan want, and ports that somebody else has.
  private func ports(_ plan: ComposePlan) -> [DklabError] {
    var problems: [DklabError] = []
    var taken: [String: String] = [:]
    // What the project's own containers hold is free again when the plan has stopped them.
    let own = Set(
      state.containers.compactMap { try? engine.container($0.id) }
        .flatMap { $0.state.ports }.map { "\($0.hostPort)/\($0.protocol.rawValue)" })
    for step in plan.steps {
      guard case .startContainer(let name, let key) = step.operation, let service = model[key]
      else { continue }
      for (index, request) in service.spec.host.ports.enumerated() {
        guard let range = request.hostPorts, range.count == 1 else { continue }
        let port = "\(range.lowerBound)/\(request.protocol.rawValue)"
        let place = "\(request.hostIP):\(port)"
        let location = index < service.portLocations.count ? service.portLocations[index] : nil
        if let other = taken[place] {
          problems.append(
            Self.inUse(
              port, name, location,
              Text("\(other) of this project wants it too", ko: "같은 프로젝트의 \(other)도 쓰려고 합니다")))
        } else if !own.contains(port), let why = refusal(request) {
          problems.append(Self.inUse(port, name, location, why))
        }
        taken[place] = name
      }
    }
    return problems
  }

  /// Why a port cannot be listened on; tried, and given back at once.
  private func refusal(_ request: PortRequest) -> Text? {
    do {
      let ports = try PortListener.open([request]) { binding in
        (try? engine.containers())?.first { other in
          other.state.isActive
            && other.state.ports.contains {
              $0.hostPort == binding.hostPort && $0.protocol == binding.protocol
            }
        }?.name
      }
      for port in ports { close(port.fd) }
      return nil
    } catch let error as DklabError {
      return error.message
    } catch {
      return Text("\(error)", ko: "\(error)")
    }
  }

  private static func inUse(
    _ port: String, _ container: String, _ location: SourceLocation?, _ why: Text
  ) -> DklabError {
    DklabError(
      .conflict, id: "port.in-use",
      Text(
        "port \(port) for \(container): \(why.en)", ko: "\(container)의 포트 \(port): \(why.ko)"),
      hint: Text(
        "publish another host port, or stop who has this one",
        ko: "다른 호스트 포트를 쓰거나 이 포트를 쓰는 것을 멈추세요"),
      at: location)
  }
}
