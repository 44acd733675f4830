// A cluster for other parts of dklab: requests by path, over the same kubeconfig, certificates and logins that
// kubectl's commands use.

import Documents
import Kube
import Support

/// Talks to the API server of a kubeconfig's context.
package struct ClusterAccess {
  /// The namespace that the context, or the caller, means.
  package let namespace: String
  private let client: APIClient

  /// What the server, or the way to it, has against a request.
  package enum Failure: Error {
    /// It has answered: the HTTP status and its sentence.
    case refused(Int, String)
    /// Nobody has answered.
    case unreachable(String)
  }

  /// - Parameters:
  ///   - kubeconfig: the file; nil for KUBECONFIG or ~/.kube/config.
  ///   - context: its context; nil for the current one.
  ///   - namespace: nil for the context's own.
  /// - Throws: ``Failure`` when the kubeconfig cannot be read or names no such context.
  package init(kubeconfig: String?, context: String?, namespace: String?) throws {
    var words: [String] = []
    for (flag, value) in [
      ("kubeconfig", kubeconfig), ("context", context), ("namespace", namespace),
    ] {
      if let value { words.append("--\(flag)=\(value)") }
    }
    let (flags, global) = (words, CommonFlags.global)
    let config = try Self.telling { try ClientConfig(FlagValues(flags, flags: global)) }
    self.namespace = config.namespace
    client = APIClient(config)
  }

  /// One request; the answer as JSON.
  @discardableResult
  package func request(
    _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
    isMergePatch: Bool = false
  ) throws -> JSONValue {
    try Self.telling {
      try client.request(
        method, path, query: query, body: body, type: isMergePatch ? .merge : .json)
    }
  }

  /// One request whose answer is text.
  package func text(_ path: String, query: [(String, String)] = []) throws -> String {
    try Self.telling { String(decoding: try client.raw("GET", path, query: query), as: UTF8.self) }
  }

  private static func telling<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as StatusError {
      throw Failure.refused(error.code, error.message)
    } catch {
      throw Failure.unreachable(ErrorText.plain(error))
    }
  }
}
