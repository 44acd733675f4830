import Documents
import HTTP
import Images
import Support

/// Trying out who one is.
package enum RegistryLogin {
  /// Returns when the registry `domain` accepts `credentials`.
  ///
  /// Errors: `registry.login`, `registry.unreachable`.
  package static func check(
    _ credentials: RegistryCredentials, at domain: String, root: String
  ) throws {
    let configuration = try RegistryConfiguration(root: root)
    guard let endpoint = RegistryEndpoint.all(for: domain, configuration).last else { return }
    let client = RegistryClient(
      domain: domain, endpoints: [endpoint], credentials: [domain: credentials])
    try waitForTask {
      do {
        var request = RegistryRequest(.GET, "", scope: .none)
        request.attempts = 2
        let answer = try await client.own.send(request)
        guard answer.status == .ok else {
          let failure = try await client.own.failure(answer)
          throw answer.status == .notFound ? noRegistry(domain) : failure.loginError
        }
        await client.close()
      } catch {
        await client.close()
        throw error
      }
    }
  }

  private static func noRegistry(_ domain: String) -> DklabError {
    DklabError(
      .notFound, id: "registry.none",
      Text(
        "\(domain): a server answers, and it is no registry: /v2/ is not there",
        ko: "\(domain): 서버가 응답하지만 레지스트리가 아닙니다(/v2/가 없음)"))
  }
}

/// What `manifest inspect` shows.
package enum RemoteManifest {
  /// The document that `reference` leads to, as the registry has it.
  package static func fetch(_ reference: Reference, root: String) throws -> RemoteDocument {
    try RegistryClient.with(reference.domain, root: root) { client in
      var problem: (any Error)?
      for connection in client.connections {
        do {
          let repository = RemoteRepository(connection: connection, path: reference.path)
          let key = reference.digest?.description ?? reference.tag ?? "latest"
          return try await repository.document(key, what: reference.familiar)
        } catch {
          problem = error
        }
      }
      if let failure = problem as? RegistryFailure {
        throw failure.pullError(reference.familiar, familiarName: reference.familiarName)
      }
      throw problem ?? CancellationError()
    }
  }

  /// What Docker's API tells of what `reference` leads to: a descriptor, and for which platforms it is.
  package static func summary(_ reference: Reference, root: String) throws -> JSONValue {
    let found = try fetch(reference, root: root)
    let platforms: [Platform]
    switch found.document {
    case .index(let index):
      platforms = index.manifests.filter { !$0.isAttestation }.compactMap(\.platform)
    case .image(let manifest):
      let bytes = try RegistryClient.with(reference.domain, root: root) { client in
        try await RemoteRepository(connection: client.own, path: reference.path)
          .smallBlob(manifest.config, what: reference.familiar)
      }
      let config = try JSONValue.parse(bytes, file: reference.familiar)
      platforms = [try config.decode(as: Platform.self)]
    }
    let descriptor = Descriptor(
      mediaType: found.mediaType, digest: found.digest, size: Int64(found.bytes.count))
    return [
      "Descriptor": try JSONValue(encoding: descriptor),
      "Platforms": .array(try platforms.map { try JSONValue(encoding: $0) }),
    ]
  }

  /// All tags of the repository of `reference`, as its registry lists them.
  package static func tags(_ reference: Reference, root: String) throws -> [String] {
    try RegistryClient.with(reference.domain, root: root) { client in
      do {
        return try await RemoteRepository(connection: client.own, path: reference.path).tags()
      } catch let failure as RegistryFailure {
        throw failure.pullError(reference.familiar, familiarName: reference.familiarName)
      }
    }
  }
}
