import Support

/// Which images have to be built or pulled before containers can be planned: an image's id is known only
/// when it is there.
package enum ImagePlanner {
  /// What the command line says about images.
  package struct Options: Sendable {
    /// `--build`: also what is there is built.
    package var builds = false
    /// `--no-build`: nothing is built.
    package var neverBuilds = false
    /// `--pull`; nil leaves it to the files.
    package var pull: Service.PullPolicy?

    package init() {}
  }

  /// The plan for `services`.
  ///
  /// - Throws: ``DklabError`` `notFound` for an image that may be neither built nor pulled.
  package static func plan(
    _ services: [Service], _ state: ProjectState, _ options: Options = Options()
  ) throws -> ComposePlan {
    var plan = ComposePlan()
    var planned: Set<String> = []
    for service in DependencyOrder.sorted(services) {
      let image = service.spec.image
      guard !planned.contains(image), let (operation, cause) = try need(service, state, options)
      else { continue }
      planned.insert(image)
      plan.add(operation, because: cause)
    }
    return plan
  }

  private static func need(
    _ service: Service, _ state: ProjectState, _ options: Options
  ) throws -> (ComposeOperation, Text)? {
    let image = service.spec.image
    let isThere = state.images[image] != nil
    let policy = options.pull ?? service.pullPolicy
    let build = ComposeOperation.buildImage(service: service.name, image: image)
    let pull = ComposeOperation.pullImage(service: service.name, image: image)
    let missing = Text("there is no such image here", ko: "그 이미지가 여기에 없습니다")
    if service.build != nil {
      if options.builds {
        return (build, Text("--build was given", ko: "--build를 썼습니다"))
      }
      if service.pullPolicy == .build, !options.neverBuilds {
        return (build, Text("its pull_policy is build", ko: "pull_policy가 build입니다"))
      }
      if isThere, policy != .always { return nil }
      if service.namesImage, policy == .always {
        return (pull, Text("its pull policy is always", ko: "pull 정책이 always입니다"))
      }
      if isThere { return nil }
      if options.neverBuilds { throw noImage(service) }
      return (build, missing)
    }
    switch policy {
    case .always: return (pull, Text("its pull policy is always", ko: "pull 정책이 always입니다"))
    case .missing, .build: return isThere ? nil : (pull, missing)
    case .never:
      if isThere { return nil }
      throw noImage(service)
    }
  }

  private static func noImage(_ service: Service) -> DklabError {
    DklabError(
      .notFound, id: "image.not-found",
      Text(
        "No such image: \(service.spec.image) (service \(service.name))",
        ko: "이미지가 없습니다: \(service.spec.image) (서비스 \(service.name))"),
      at: service.location
    ).about(service.spec.image)
  }
}
