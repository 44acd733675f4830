/// The media types of what a manifest points to, in Docker's and OCI's spelling
/// (image-spec, media-types.md).
package enum MediaType {
  package static let ociIndex = "application/vnd.oci.image.index.v1+json"
  package static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
  package static let ociConfig = "application/vnd.oci.image.config.v1+json"
  package static let ociLayer = "application/vnd.oci.image.layer.v1.tar"
  package static let ociLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
  package static let ociLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"

  package static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
  package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
  package static let dockerConfig = "application/vnd.docker.container.image.v1+json"
  package static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
  package static let dockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"
  package static let dockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd"

  /// Whether `type` names a list of manifests, one for each platform.
  package static func isIndex(_ type: String) -> Bool {
    type == ociIndex || type == dockerList
  }

  /// Whether `type` names the manifest of one image.
  package static func isManifest(_ type: String) -> Bool {
    type == ociManifest || type == dockerManifest
  }

  /// Whether `type` names the archive of a layer that can be unpacked here.
  package static func isLayer(_ type: String) -> Bool {
    [ociLayer, ociLayerGzip, ociLayerZstd, dockerLayer, dockerLayerGzip, dockerLayerZstd]
      .contains(type)
  }

  /// Whether `type` names a layer that its maker does not allow to be passed on.
  package static func isForeignLayer(_ type: String) -> Bool {
    type.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
      || type.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
  }

  /// The OCI layer type for a tar compressed as `compression` says.
  package static func ociLayer(_ compression: Compression) -> String? {
    switch compression {
    case .none: ociLayer
    case .gzip: ociLayerGzip
    case .zstd: ociLayerZstd
    case .bzip2, .xz: nil
    }
  }
}
