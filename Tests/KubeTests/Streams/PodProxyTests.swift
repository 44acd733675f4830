import Documents
import Testing

@testable import Kube

@Suite("Requests that are passed on")
struct PodProxyTests {
  @Test("a name may bring a scheme and a port")
  func names() {
    #expect(PodProxy.Target("web")?.port == "")
    #expect(PodProxy.Target("web:8080")?.port == "8080")
    #expect(PodProxy.Target("https:web:")?.scheme == "https")
    #expect(PodProxy.Target("ftp:web:21") == nil)
    #expect(PodProxy.Target(":80") == nil)
    #expect(PodProxy.Target("a:b:c:d") == nil)
  }

  @Test("what follows proxy goes on as it was sent, whatever things are called")
  func paths() {
    let path = KubeServer.path
    #expect(path("/api/v1/namespaces/proxy/pods/proxy/proxy/a/proxy/%2F") == "a/proxy/%2F")
    #expect(path("/api/v1/namespaces/default/services/web:http/proxy/") == "")
    #expect(path("/api/v1/namespaces/default/services/web/proxy") == "")
    #expect(path("/api/v1/nodes/n/proxy/pods") == "pods")
  }

  @Test("a port of a pod is a number, a name, or its first")
  func ports() {
    let pod: JSONValue = [
      "spec": ["containers": [["ports": [["name": "http", "containerPort": 8080]]]]]
    ]
    #expect(PodProxy.port("", of: pod) == 8080)
    #expect(PodProxy.port("http", of: pod) == 8080)
    #expect(PodProxy.port("9", of: pod) == 9)
    #expect(PodProxy.port("other", of: pod) == nil)
  }

  @Test("a service leads to one of its endpoints, by the port's name or number")
  func services() {
    let service = ServiceObjects.service("web")
    let book = EndpointBook(slices: [
      ServiceObjects.slice("web", [ServiceObjects.endpoint("10.244.0.2")])
    ])
    let target = ServicePort.Endpoint(address: "10.244.0.2", port: 8080)
    for name in ["", "80", "http"] {
      #expect(PodProxy.endpoint(name, of: service, book) == target)
    }
    #expect(PodProxy.endpoint("ftp", of: service, book) == nil)
  }
}
