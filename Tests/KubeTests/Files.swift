import Glibc

/// Removes a file; one that is not there does not matter.
func removeFile(_ path: String) { unlink(path) }
