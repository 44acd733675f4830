import Engine
import Support

/// The engine instance this command works on, repaired where that was needed. Repairs are told on
/// standard error.
func openEngine() throws -> Engine {
  let engine = try Engine.open()
  for repair in try engine.reconcile() {
    StandardError.print("\(ProgramName.current): \(repair.container): \(repair.message)")
  }
  return engine
}
