import Documents
import Engine
import HTTP
import Images
import Support

extension EngineAPI {
  func createContainer(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = try await BodyReader.read(request)
    guard let image = try body.string("Image"), !image.isEmpty else {
      throw APIError(.badRequest, "no image specified")
    }
    let name = try request.query["name"].flatMap { $0.isEmpty ? nil : $0 }.map(ContainerName.check)
    let spec = try ContainerRequest(body).spec(image: image)
    do {
      let id = try await workers.run(.create(spec: spec, image: image, name: name))
      return .json(["Id": id, "Warnings": []], .created)
    } catch let error as DklabError where error.id == "image.not-found" {
      let text = (try? Reference(image))?.familiar ?? image
      throw APIError(.notFound, "No such image: \(text)")
    } catch let error as DklabError where error.id == "container.name-in-use" {
      throw APIError(
        .conflict,
        error.message.en
          + ". You have to remove (or rename) that container to be able to reuse that "
          + "name.")
    } catch let error as DklabError where error.code == .notFound {
      // A network or a container it was to share something with. The docker client takes a 404 for a
      // missing image, and would pull that.
      throw APIError(.badRequest, error.message.en)
    }
  }
}
