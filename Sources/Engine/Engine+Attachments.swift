// What a container holds while it runs: its place in a network and its volumes. Docker tells of
// each when a container starts and ends, as events of the network and of the volume.

import Networks
import Support

extension Engine {
  /// Enters into the journal that `record` took up, or let go of, network and volumes. Called within
  /// the transaction that records the start or the end.
  func tellOfAttachments(_ record: ContainerRecord, begin: Bool) throws {
    for attachment in record.state.networks where attachment.endpoint != nil {
      try journal.append(
        "network", begin ? "connect" : "disconnect", actor: attachment.networkID,
        name: attachment.name, ["container": record.id, "type": "bridge"])
    }
    for mount in record.mounts where mount.kind == .volume {
      guard let name = mount.name else { continue }
      var attributes = ["container": record.id, "driver": "local"]
      if begin {
        attributes["destination"] = mount.destination
        attributes["propagation"] = mount.propagation
        attributes["read/write"] = mount.readWrite ? "true" : "false"
      }
      try journal.append(
        "volume", begin ? "mount" : "unmount", actor: name, name: name, attributes)
    }
  }
}
