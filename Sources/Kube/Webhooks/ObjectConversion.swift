// Conversion webhooks: whoever defines a kind in several versions also says how an object of one becomes one
// of another, in a server of its own. Objects are kept in the version that the definition says (`storage:
// true`), and in older ones as long as nobody writes them again.
//
//     stored v1 ── ConversionReview {desiredAPIVersion: g/v2, objects} ──▶ webhook ──▶ shown as v2
//
// What has been converted once is remembered, since lists and watches ask for the same objects again and
// again.
//
// Next: WebhookCaller.swift.

import Documents
import Synchronization

/// How objects of one kind get from one version to another.
struct ObjectConversion: Sendable {
  /// `spec.conversion.webhook` of the definition.
  var webhook: JSONValue
  /// Changes when the definition does.
  var generation: Int
  var kind: String
  /// In which version objects are kept: `example.com/v1`.
  var storage: String

  /// As with kube-apiserver.
  private static let seconds = 30
  /// How many objects, and bytes of them, go with one question.
  static let most = (objects: 100, bytes: 2 << 20)

  /// The objects in the version `desired`. Those that are in it already are not sent.
  func converted(_ objects: [JSONValue], to desired: String, _ api: ObjectAPI) throws -> [JSONValue]
  {
    let strangers = objects.indices.filter { objects[$0].text("apiVersion") != desired }
    var result = objects
    for part in Self.parts(of: strangers, size: { objects[$0].bytes().count }) {
      try convert(part, of: &result, to: desired, api)
    }
    return result
  }

  /// Objects (by their places) as they go with one question each; one that is too big goes alone.
  private static func parts(of places: [Int], size: (Int) -> Int) -> [[Int]] {
    var parts: [[Int]] = []
    var bytes = 0
    for place in places {
      let more = size(place)
      if let last = parts.last, last.count < most.objects, bytes + more <= most.bytes {
        parts[parts.count - 1].append(place)
        bytes += more
      } else {
        parts.append([place])
        bytes = more
      }
    }
    return parts
  }

  private func convert(
    _ strangers: [Int], of objects: inout [JSONValue], to desired: String, _ api: ObjectAPI
  ) throws {
    guard let first = strangers.first else { return }
    let uid = api.newUID()
    let known = webhook.list("conversionReviewVersions").compactMap(\.string)
    let version = known.first { ["v1", "v1beta1"].contains($0) } ?? "v1"
    let review: JSONValue = [
      "kind": "ConversionReview", "apiVersion": .string("apiextensions.k8s.io/\(version)"),
      "request": [
        "uid": .string(uid), "desiredAPIVersion": .string(desired),
        "objects": .array(strangers.map { [objects] in objects[$0] }),
      ],
    ]
    let answers: [JSONValue]
    do {
      answers = try ask(review, uid, count: strangers.count, api)
    } catch let failure as WebhookFailure {
      throw refusal(objects[first], "failed: \(failure.message)")
    }
    for (index, (place, answer)) in zip(strangers, answers).enumerated() {
      let found = answer.text("apiVersion")
      guard found == desired else {
        throw refusal(
          objects[place],
          "returned invalid converted object at index \(index): invalid groupVersion (expected "
            + "\(desired), received \(found))")
      }
      if let problem = Self.difference(objects[place], answer) {
        throw refusal(
          objects[place], "returned invalid converted object at index \(index): \(problem)")
      }
      objects[place] = Self.keepingMetadata(of: objects[place], answer)
    }
  }

  private func ask(_ review: JSONValue, _ uid: String, count: Int, _ api: ObjectAPI) throws
    -> [JSONValue]
  {
    guard let call = api.webhooks else { throw WebhookFailure("webhooks are not called here") }
    let answer: JSONValue
    do {
      answer = try call(webhook["clientConfig"] ?? [:], review, Self.seconds, api)
    } catch let failure as WebhookFailure {
      throw failure
    } catch {
      throw WebhookFailure("\(error)")
    }
    guard let response = answer["response"] else {
      throw WebhookFailure("webhook response did not have a response")
    }
    guard response.text("uid") == uid else {
      throw WebhookFailure("expected response.uid=\"\(uid)\", got \"\(response.text("uid"))\"")
    }
    let status = response["result"] ?? [:]
    guard status.text("status") == "Success" else {
      let message = status.text("message")
      throw WebhookFailure(
        message.isEmpty
          ? "response.result.status was '\(status.text("status"))', not 'Success'" : message)
    }
    let objects = response.list("convertedObjects")
    guard objects.count == count else {
      throw WebhookFailure("returned \(objects.count) objects, expected \(count)")
    }
    return objects
  }

  private func refusal(_ object: JSONValue, _ message: String) -> APIError {
    APIError(
      500, "",
      "conversion webhook for \(object.text("apiVersion")), Kind=\(kind) \(message)")
  }

  /// A conversion makes no other object of it.
  private static func difference(_ one: JSONValue, _ two: JSONValue) -> String? {
    if two.object == nil { return "it is no object" }
    if one.kind != two.kind { return "must have the same kind: \(two.kind) != \(one.kind)" }
    if one.name != two.name { return "must have the same name: \(two.name) != \(one.name)" }
    if one.namespace != two.namespace {
      return "must have the same namespace: \(two.namespace) != \(one.namespace)"
    }
    if one.uid != two.uid { return "must have the same UID: \(two.uid) != \(one.uid)" }
    return nil
  }

  /// Of the metadata only labels and annotations are the webhook's.
  private static func keepingMetadata(of object: JSONValue, _ converted: JSONValue) -> JSONValue {
    var result = converted
    var metadata = object["metadata"] ?? [:]
    for key in ["labels", "annotations"] { metadata[key] = converted.at("metadata", key) }
    result["metadata"] = metadata
    return result
  }
}

/// What has been converted, by what it was made of.
final class ConversionCache: Sendable {
  struct Key: Hashable {
    var object: ObjectKey
    var revision: Int64
    var version: String
    var generation: Int
  }

  private static let limit = 4096
  private let known = Mutex<[Key: JSONValue]>([:])

  subscript(key: Key) -> JSONValue? {
    get { known.withLock { $0[key] } }
    set {
      known.withLock { known in
        if known.count >= Self.limit { known = [:] }
        known[key] = newValue
      }
    }
  }
}

extension ObjectAPI {
  /// A store's object in the version of the API that is asked for.
  ///
  /// It may have to ask a conversion webhook, and then waits; see `converts`.
  func view(_ object: StoredObject, as type: ResourceType) throws -> JSONValue {
    try views([object], as: type)[0]
  }

  /// The same for many, with as few questions as possible.
  func views(_ objects: [StoredObject], as type: ResourceType) throws -> [JSONValue] {
    guard type.storedAs != nil || type.isCustom else { return objects.map(\.value) }
    guard let conversion = type.conversion else { return objects.map { type.fromStored($0.value) } }
    let keys = objects.map {
      ConversionCache.Key(
        object: $0.key, revision: $0.revision, version: type.apiVersion,
        generation: conversion.generation)
    }
    var result = keys.map { conversions[$0] }
    let missing = result.indices.filter { result[$0] == nil }
    let converted = try conversion.converted(
      missing.map { objects[$0].value }, to: type.apiVersion, self)
    for (place, object) in zip(missing, converted) {
      let shown = type.fromStored(object)
      conversions[keys[place]] = shown
      result[place] = shown
    }
    return result.compactMap { $0 }
  }

  /// An object as it is to be kept.
  func kept(_ object: JSONValue, _ type: ResourceType) throws -> JSONValue {
    guard let conversion = type.conversion else { return type.toStored(object) }
    return try conversion.converted([object], to: conversion.storage, self)[0]
  }
}
