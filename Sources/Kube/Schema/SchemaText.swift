/// The kinds of the API, each field described once.
///
/// A line at the margin begins a message, with `atomic` when it is owned as a whole; a line below it
/// is a field:
///
///     NAME NUMBER TYPE [MARKS]
///
/// `TYPE` is a scalar, a message of the same package, or `package.Message`; `[]` before it makes a
/// list, `{}` a map by text, `*` something that may be missing. The marks:
///
///     !            must be given
///     -            written even when empty
///     inline       its fields stand in its parent's place in JSON
///     merge[:KEY]  a strategic merge patch merges the list, telling elements apart by KEY
///     retainKeys   a strategic merge patch drops the other members of the union
///     map:A,B      server-side apply tells the elements apart by these
///     set          a list of distinct scalars
///     atomic       owned as a whole
///     A|B          the accepted values
///     =VALUE       the value when none is given
///     # WORDS      what `explain` says of it
///
/// From these lines come decoding (JSON and protobuf), strict validation, defaults, both kinds of
/// merging, field ownership and the OpenAPI documents.
enum SchemaText {
  /// Every part of the schema.
  static let all = [
    meta, pods, containers, volumes, persistentVolumes, core, apps, autoscaling, networking,
    access, cluster, extensions, metrics,
  ]
}
