import Documents
import Glibc
import Linux
import Support

/// `kubectl delete`.
enum Delete {
  static let command = Command(
    name: "delete", usage: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
    summary: "Delete resources by file names, stdin, names, or labels",
    flags: CommonFlags.files + [
      CommonFlags.selector, CommonFlags.fieldSelector, CommonFlags.allNamespaces,
      CommonFlags.dryRun,
      .bool("all", "All objects of the kinds"),
      .string(
        "cascade", "background, foreground or orphan: what happens to what belongs to it",
        standard: "background", alone: "background"),
      .bool("force", "Do not wait for the end of what runs"),
      .int("grace-period", "Seconds to end in; 0 only with --force", standard: -1),
      .bool("ignore-not-found", "What is not there is no error"),
      .bool("interactive", "Ask first", short: "i"),
      .bool("now", "The same as --grace-period=1"),
      .string("output", "name for a shorter result", short: "o"),
      .string("raw", "Delete this path and print the answer"),
      .duration("timeout", "How long to wait; 0 for ever"),
      .bool("wait", "Wait until the objects are gone", standard: true),
    ],
    examples: [
      "kubectl delete -f web.yaml", "kubectl delete pod web --now",
      "kubectl delete pods -l app=web",
    ]
  ) { try DeleteRun($0).run() }
}

/// One run of `delete`.
private struct DeleteRun {
  let session: Session
  let flags: FlagValues
  let words: [String]
  private let grace: Int
  private let isForced: Bool

  init(_ invocation: Invocation) throws {
    flags = invocation.flags
    words = invocation.words
    var grace = flags.int("grace-period")
    if flags.bool("now") {
      guard grace < 0 else {
        throw KubectlError("--now and --grace-period cannot be specified together")
      }
      grace = 1
    }
    guard grace <= 0 || !flags.bool("force") else {
      throw KubectlError(
        "--force and --grace-period greater than 0 cannot be specified together")
    }
    // Whoever means "at once" must say --force.
    if grace == 0, !flags.bool("force") { grace = 1 }
    if flags.bool("force"), grace < 0 { grace = 0 }
    isForced = flags.bool("force") && grace == 0
    self.grace = grace
    session = try Session(invocation)
    guard ["", "name"].contains(flags.string("output")) else {
      throw KubectlError(
        "unexpected -o output mode: \(flags.string("output")). We only support '-o name'")
    }
    if flags.bool("all"), flags.isSet("selector") {
      throw KubectlError("cannot set --all and --selector at the same time")
    }
  }

  private var cascade: String {
    get throws {
      switch flags.string("cascade") {
      case "background", "true": return "Background"
      case "foreground": return "Foreground"
      case "orphan", "false": return "Orphan"
      case let other:
        throw KubectlError(
          "invalid cascade value (\(other)). Must be \"background\", \"foreground\", or \"orphan\"")
      }
    }
  }

  func run() throws {
    if flags.isSet("raw") {
      Screen.write(try session.client.raw("DELETE", flags.string("raw")))
      return
    }
    _ = try cascade
    let selection = Selection(session)
    guard selection.hasFiles || !words.isEmpty else {
      throw KubectlError(Selection.needsResources)
    }
    var errors: [any Error] = []
    let places = try self.places(selection, &errors)
    if isForced && !places.isEmpty {
      Screen.remark(
        "Warning: Immediate deletion does not wait for confirmation that the running resource has "
          + "been terminated. The resource may continue to run on the cluster indefinitely.")
    }
    if flags.bool("interactive"), !places.isEmpty, try !confirm(places) { return }
    var deleted: [ResourceItem] = []
    for place in places {
      do { deleted.append(try delete(place)) } catch let error as StatusError
        where error.isNotFound && (flags.bool("ignore-not-found") || flags.bool("all"))
      {
        continue
      } catch {
        errors.append(error)
      }
    }
    if places.isEmpty && errors.isEmpty {
      if !flags.bool("ignore-not-found") { Screen.print("No resources found") }
      return
    }
    let isReal = try session.dryRun == .none
    if flags.bool("wait") && !isForced && isReal {
      do {
        try GoneWait(session: session, seconds: flags.duration("timeout")).wait(deleted)
      } catch let error as StatusError
        where ["Forbidden", "MethodNotAllowed"].contains(error.reason)
      {
        // Who may delete need not be allowed to look.
      }
    }
    try ManyErrors.throwing(errors)
  }

  private func places(_ selection: Selection, _ errors: inout [any Error]) throws -> [ResourceItem]
  {
    if selection.hasFiles { return try selection.manifests(&errors) }
    let hasChoice =
      flags.isSet("selector") || flags.bool("all") || flags.isSet("field-selector")
    return try selection.parts(words).flatMap { part -> [ResourceItem] in
      if part.names.isEmpty {
        guard hasChoice else {
          throw KubectlError("resource(s) were provided, but no name was specified")
        }
        let list = try session.list(
          part.kind, namespace: session.listNamespace, labels: flags.string("selector"),
          fields: flags.string("field-selector"))
        return list.list("items").map {
          ResourceItem(kind: part.kind, namespace: $0.namespace, name: $0.name, object: $0)
        }
      }
      return part.names.map {
        ResourceItem(
          kind: part.kind, namespace: part.kind.isNamespaced ? session.namespace : "", name: $0,
          object: .null)
      }
    }
  }

  private func confirm(_ places: [ResourceItem]) throws -> Bool {
    Screen.print("You are about to delete the following \(places.count) resource(s):")
    for place in places { Screen.print("\(place.kind.plural)/\(place.name)") }
    Screen.write("Do you want to continue? (y/N): ")
    if readOneLine(0)?.lowercased() == "y" { return true }
    Screen.print("deletion is cancelled")
    return false
  }

  private func delete(_ place: ResourceItem) throws -> ResourceItem {
    if !place.kind.isNamespaced, session.config.isNamespaceExplicit {
      Screen.remark(
        "warning: deleting cluster-scoped resources, not scoped to the provided namespace")
    }
    var place = place
    if try session.dryRun == .client {
      place.object = try session.get(place.kind, place.name, namespace: place.namespace)
    } else {
      var options: JSONValue = [
        "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": .string(try cascade),
      ]
      if grace >= 0 { options["gracePeriodSeconds"] = .integer(Int64(grace)) }
      if try session.dryRun == .server { options["dryRun"] = ["All"] }
      let answer = try session.client.request("DELETE", place.path, body: options)
      if answer.text("kind") == "Status" {
        place.object = ["metadata": ["uid": .string(answer.text("details", "uid"))]]
      } else {
        place.object = answer
      }
    }
    if flags.string("output") == "name" {
      Screen.print(place.label)
    } else {
      var line = "\(place.kind.qualifiedSingular) \"\(place.name)\" "
      line += isForced ? "force deleted" : "deleted"
      Screen.print(line + (try session.dryRunSuffix))
    }
    return place
  }
}
