import Support

/// Why a container is not what its service asks for now. The first difference that counts is told.
enum Divergence {
  /// nil when the container can stay.
  static func cause(
    _ container: ObservedContainer, _ service: Service, model: ProjectModel, state: ProjectState
  ) -> Text? {
    if container.hash != service.hash {
      return Text(
        "the configuration of \(service.name) has changed",
        ko: "\(service.name)의 설정이 바뀌었습니다")
    }
    if let files = container.filesHash, files != service.filesHash {
      return Text(
        "the content of a secret or config of \(service.name) has changed",
        ko: "\(service.name)의 시크릿이나 설정 파일의 내용이 바뀌었습니다")
    }
    if let image = state.images[service.spec.image], !container.imageID.isEmpty,
      image != container.imageID
    {
      return Text(
        "the image \(service.spec.image) is another one now",
        ko: "\(service.spec.image) 이미지가 바뀌었습니다")
    }
    for attachment in service.networks {
      guard let network = model.networks.first(where: { $0.key == attachment.key }) else {
        continue
      }
      if !container.networks.contains(network.name) {
        return Text(
          "it is not in the network \(network.name)", ko: "네트워크 \(network.name)에 들어 있지 않습니다")
      }
    }
    for key in service.volumeKeys {
      guard let name = model.volumeName(key) else { continue }
      if !container.volumes.contains(where: { $0.name == name }) {
        return Text("it does not have the volume \(name)", ko: "볼륨 \(name)이(가) 없습니다")
      }
    }
    return nil
  }
}
