// The one thing here that is more than a wrapper, because it must come before Swift's runtime.
//
// A command that launches containers starts itself again through a read-only copy of the mount the
// binary lies on (Runtime's SelfExecutable says why). Setting up the runtime first, only to leave it,
// would be an eighth of an `exec`. What cannot be done here is left to SelfExecutable.restart(), which
// finds out for itself whether there is anything left to do.
//
// Man pages: open_tree(2), mount_setattr(2), execve(2).
#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int is_one_of(const char *word, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(word, words[i]) == 0) return 1;
  return 0;
}

#define IS_ONE_OF(word, words) is_one_of(word, words, sizeof words / sizeof *words)

// The OCI runtime (OCIMain), whose verb may stand behind flags with values: a value or a container that
// is called like a verb costs a start, and nothing else.
static int is_oci_launch(char **argv) {
  static const char *const names[] = {"dklab-oci", "runc", "crun"};
  static const char *const verbs[] = {"run", "create", "exec"};
  const char *slash = strrchr(argv[0], '/');
  if (!IS_ONE_OF(slash ? slash + 1 : argv[0], names) && strcmp(argv[1], "oci") != 0) return 0;
  for (char **word = argv + 1; *word; word++)
    if (IS_ONE_OF(*word, verbs)) return 1;
  return 0;
}

// Verbs of CommandLineMain.launches(_:), but `compose`: those of which a copy of the process enters a
// container nearly always.
static int launches(char **argv) {
  static const char *const verbs[] = {"run", "exec", "start", "restart", "build"};
  if (!argv[0] || !argv[1]) return 0;
  const char *verb = strcmp(argv[1], "container") == 0 && argv[2] ? argv[2] : argv[1];
  return IS_ONE_OF(verb, verbs) || is_oci_launch(argv);
}

// The numbers of glibc's constructors: 101 is the first that programs may use.
__attribute__((constructor(101))) static void start_protected(int argc, char **argv, char **envp) {
  if (argc < 2 || !launches(argv) || geteuid() != 0) return;
  struct statvfs info;
  if (statvfs("/proc/self/exe", &info) != 0 || info.f_flag & ST_RDONLY) return;
  int copy = dk_open_tree(AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (copy < 0) return;
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
  if (dk_mount_setattr(copy, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0,
                       MS_PRIVATE) == 0)
    execve(path, argv, envp);
  close(copy);
}
