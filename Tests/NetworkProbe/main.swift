// Plays monitor and container for the tests of Network, which must neither fork nor change
// namespaces themselves.
//
//   NetworkProbe ensure STATE            make an instance's network, print its links
//   NetworkProbe observe PATH            what is in the namespace at PATH
//   NetworkProbe teardown STATE
//   NetworkProbe serve STATE PORT...     a container with services behind published ports, until
//                                        standard input ends
//   NetworkProbe listen PORT...          open the host's side of ports, say where
//   NetworkProbe restart STATE           one endpoint, two containers after each other
//   NetworkProbe nat STATE               the uplink, in namespaces that play host and world
//   NetworkProbe uplink STATE            the uplink, for real

import Glibc
import Linux
import Networks
import Support

do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  switch (arguments.first, arguments.dropFirst().first) {
  case ("ensure", let state?):
    let network = InstanceNetwork(stateDirectory: state)
    try network.ensure()
    show(try NetworkObservation.observe(path: network.namespacePath))
  case ("observe", let path?): show(try NetworkObservation.observe(path: path))
  case ("teardown", let state?): try InstanceNetwork(stateDirectory: state).teardown()
  case ("serve", let state?):
    try serve(state, arguments.dropFirst(2).flatMap { try PortRequest.parse($0) })
  case ("listen", _?):
    let requests = try arguments.dropFirst().flatMap { try PortRequest.parse($0) }
    for port in try PortListener.open(requests) { say(port.binding) }
    _ = readLine()
  case ("restart", let state?): try restart(state)
  case ("nat", let state?): try translate(state)
  case ("uplink", let state?):
    let network = InstanceNetwork(stateDirectory: state)
    try network.ensure()
    say(try network.connectUplink())
  default:
    say("usage: NetworkProbe ensure|observe|teardown|serve|listen|restart|nat|uplink ...")
    exit(64)
  }
} catch {
  say("error: \(error)")
  if let error = error as? DklabError, let hint = error.hint { say("hint: \(hint)") }
  exit(1)
}
exit(0)

/// One line for each interface: name, state, its bridge, addresses.
func show(_ seen: NetworkObservation) {
  for link in seen.links {
    let master = seen.links.first { $0.index == link.master }?.name ?? "-"
    let addresses = seen.addresses(of: link.name).joined(separator: ",")
    say(
      link.name, link.kind ?? "-", link.isUp ? "up" : "down", master, addresses,
      link.isLoopback ? "" : link.mac?.description ?? "")
  }
  for route in seen.routes {
    say("route", route.destination?.description ?? "default", route.gateway?.description ?? "-")
  }
}
