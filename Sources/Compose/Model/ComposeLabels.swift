/// The labels by which Docker Compose knows what belongs to a project. They are its own, so that the
/// projects of one tool are seen by the other.
package enum ComposeLabels {
  package static let project = "com.docker.compose.project"
  package static let service = "com.docker.compose.service"
  package static let number = "com.docker.compose.container-number"
  /// `True` for a container of `compose run`.
  package static let oneOff = "com.docker.compose.oneoff"
  package static let slug = "com.docker.compose.slug"
  package static let hash = "com.docker.compose.config-hash"
  /// A fingerprint of the secrets and configs that were copied for the container; ours alone.
  package static let filesHash = "dklab.compose.files-hash"
  package static let image = "com.docker.compose.image"
  package static let dependencies = "com.docker.compose.depends_on"
  package static let directory = "com.docker.compose.project.working_dir"
  package static let files = "com.docker.compose.project.config_files"
  package static let environmentFile = "com.docker.compose.project.environment_file"
  package static let version = "com.docker.compose.version"
  /// The container that this one takes the place of.
  package static let replaces = "com.docker.compose.replace"
  package static let network = "com.docker.compose.network"
  package static let volume = "com.docker.compose.volume"

  /// The version of Docker Compose whose commands and labels these are.
  package static let versionText = "2.40.3"
}
