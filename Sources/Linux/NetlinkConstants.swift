/// Message types (linux/rtnetlink.h).
enum RTM {
  static let newLink: UInt16 = 16
  static let deleteLink: UInt16 = 17
  static let getLink: UInt16 = 18
  static let newAddress: UInt16 = 20
  static let getAddress: UInt16 = 22
  static let newRoute: UInt16 = 24
  static let getRoute: UInt16 = 26
}

/// Attributes of interfaces (linux/if_link.h).
enum IFLA {
  static let address: UInt16 = 1
  static let name: UInt16 = 3
  static let mtu: UInt16 = 4
  static let link: UInt16 = 5
  static let master: UInt16 = 10
  static let operationalState: UInt16 = 16
  static let linkInfo: UInt16 = 18
  static let group: UInt16 = 27
  static let namespaceDescriptor: UInt16 = 28
  static let infoKind: UInt16 = 1
  static let infoData: UInt16 = 2
}

/// Attributes of routes (linux/rtnetlink.h).
enum RTA {
  static let destination: UInt16 = 1
  static let outInterface: UInt16 = 4
  static let gateway: UInt16 = 5
  static let preferredSource: UInt16 = 7
  static let table: UInt16 = 15
}
