// What Swift's Glibc module does not carry: declarations, constants as functions, and one-line
// wrappers of variadic calls. No logic lives here (but ProtectedStart.c). Symbols start with dk_.
//
// This header includes leaf headers only and never defines _GNU_SOURCE: that changes struct
// definitions which the Glibc module has already seen. The .c file defines it instead.
#ifndef DKLAB_CLINUX_H
#define DKLAB_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// errno(3)
const char *dk_errno_name(int number);

// namespaces(7)
int dk_unshare(int flags);
int dk_setns(int fd, int nstype);
int dk_pivot_root(const char *new_root, const char *put_old);
// clone3(2) without a new stack: a fork that can also make namespaces, return a pidfd and place the
// child in a cgroup. Returns as fork(2) does.
pid_t dk_clone3(uint64_t flags, int *pidfd, int exit_signal, int cgroup_fd);

// mount(2) and the new mount API
int dk_open_tree(int dirfd, const char *path, unsigned flags);
int dk_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags);
int dk_mount_setattr(int dirfd, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                     uint64_t propagation);
int dk_mount_idmap(int tree, unsigned flags, int user_namespace);
int dk_umount2(const char *target, int flags);

// openat2(2)
int dk_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int dk_renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath,
                 unsigned flags);
int dk_memfd_create(const char *name, unsigned flags);
int dk_close_range(unsigned first, unsigned last, int flags);

// processes
// clone3(2) with CLONE_PARENT: the child becomes a sibling, a child of the caller's parent.
pid_t dk_clone_sibling(uint64_t flags, int cgroup_fd);
int dk_pidfd_open(pid_t pid, unsigned flags);
int dk_pidfd_send_signal(int pidfd, int signal);
int dk_pidfd_getfd(int pidfd, int fd); // a copy of the process's descriptor, CLOEXEC
long dk_syscall(long number, long a, long b, long c, long d, long e, long f);
int dk_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int dk_set_process_name(const char *name);
int dk_set_rlimit(int resource, uint64_t soft, uint64_t hard);
int dk_set_rlimit_of(pid_t pid, int resource, uint64_t soft, uint64_t hard); // prlimit(2)
int dk_get_rlimit(int resource, uint64_t *soft, uint64_t *hard);
int dk_personality(unsigned long value);
int dk_ioprio_set_self(int value);
// sched_setattr(2) of the calling thread
int dk_sched_setaffinity(const uint8_t *mask, size_t length);
int dk_sched_setattr(uint32_t policy, uint64_t flags, int32_t nice, uint32_t priority,
                     uint64_t runtime, uint64_t deadline, uint64_t period);
long dk_join_session_keyring(const char *name); // keyctl(KEYCTL_JOIN_SESSION_KEYRING)
int dk_setresuid(uid_t uid);
int dk_setresgid(gid_t gid);
int dk_setfsuid(uid_t uid); // both give back what it was before, also when nothing changed
int dk_setfsgid(gid_t gid);
int dk_wait_exited(int status, int *code);    // 1 and the code when it exited, else 0
int dk_wait_signaled(int status, int *signal); // 1 and the signal when it was killed, else 0
pid_t dk_fork(void);
int dk_spawn_chdir(void *file_actions, const char *path); // posix_spawn_file_actions_addchdir_np(3)
int dk_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags);

// capabilities(7): the raw calls on the calling thread, 64-bit sets
int dk_capget(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable);
int dk_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable);

// terminals
int dk_open_pty(int *master, char *slave_path, size_t size);
int dk_open_pty_peer(int master); // TIOCGPTPEER: the slave, without looking at its name
int dk_set_winsize(int fd, uint16_t rows, uint16_t cols);
int dk_get_winsize(int fd, uint16_t *rows, uint16_t *cols);
int dk_set_controlling_terminal(int fd);

// files
uint64_t dk_makedev(unsigned major, unsigned minor);
unsigned dk_major(uint64_t device);
unsigned dk_minor(uint64_t device);
ssize_t dk_lgetxattr(const char *path, const char *name, void *value, size_t size);
int dk_lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags);
ssize_t dk_llistxattr(const char *path, char *list, size_t size);
ssize_t dk_fgetxattr(int fd, const char *name, void *value, size_t size);
ssize_t dk_flistxattr(int fd, char *list, size_t size);
int dk_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
ssize_t dk_copy_file_range(int in, int out, size_t length);
ssize_t dk_copy(int in, int out); // sendfile(2), a mebibyte at a time
int dk_syncfs(int fd);
int dk_statfs_type(const char *path, int64_t *type);
int dk_fstatfs_type(int fd, int64_t *type);
int dk_statfs_space(const char *path, uint64_t *free_bytes, uint64_t *total_bytes);

// descriptors and signals
int dk_pipe2(int fds[2], int flags);
int dk_dup3(int from, int to, int flags);
int dk_eventfd(unsigned initial, int flags);
int dk_signalfd(const int *signals, size_t count); // blocks them and opens a signalfd, CLOEXEC
int dk_unblock_all_signals(void);
int dk_fcntl_int(int fd, int command, int value);
int dk_ioctl_ptr(int fd, unsigned long request, void *argument);
ssize_t dk_splice(int in, int out, size_t length, unsigned flags);
int dk_sendfd(int socket, int fd, const void *payload, size_t length);
ssize_t dk_recvfd(int socket, int *fd, void *payload, size_t length);
int dk_ppoll_ms(int *fds, short *events, short *revents, size_t count, int timeout_ms);
int dk_peer_credentials(int socket, pid_t *pid, uid_t *uid, gid_t *gid);
int dk_unix_address(int do_bind, int socket, const char *path); // else connect(2)

// sockets and epoll(7); `events` and `tokens` are arrays of `capacity`
int dk_accept4(int socket, int flags);
int dk_epoll_create(int flags);
int dk_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token);
int dk_epoll_wait(int epoll, uint32_t *events, uint64_t *tokens, int capacity, int timeout_ms);

// seccomp(2): loads a classic BPF program with SECCOMP_SET_MODE_FILTER
int dk_seccomp_load(const void *program, unsigned short instructions, unsigned flags);
// The same with SECCOMP_FILTER_FLAG_NEW_LISTENER among the flags: writes `kind` and the listener's number
// to `socket`, and makes no other call before, since nobody answers those that the filter asks about
// yet. Returns the listener.
int dk_seccomp_listen(const void *program, unsigned short instructions, unsigned flags, int socket,
                      uint8_t kind);
// bpf(2): loads a BPF_PROG_TYPE_CGROUP_DEVICE program and attaches it to a cgroup v2 directory
int dk_bpf_attach_device_program(int cgroup_fd, const void *instructions, unsigned count);

#endif
