#define _GNU_SOURCE
#include "CLinux.h"

#include <spawn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

const char *dk_errno_name(int number) { return strerrorname_np(number); }

int dk_unshare(int flags) { return unshare(flags); }
int dk_setns(int fd, int nstype) { return setns(fd, nstype); }
int dk_pivot_root(const char *new_root, const char *put_old) {
  return (int)syscall(SYS_pivot_root, new_root, put_old);
}

pid_t dk_clone3(uint64_t flags, int *pidfd, int exit_signal, int cgroup_fd) {
  struct clone_args args = {
      .flags = flags | (pidfd ? CLONE_PIDFD : 0) | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = (uint64_t)exit_signal,
      .cgroup = cgroup_fd >= 0 ? (uint64_t)cgroup_fd : 0,
  };
  return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

pid_t dk_clone_sibling(uint64_t flags, int cgroup_fd) {
  // With CLONE_PARENT the exit signal is the caller's own and must not be given.
  struct clone_args args = {
      .flags = flags | CLONE_PARENT | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
      .cgroup = cgroup_fd >= 0 ? (uint64_t)cgroup_fd : 0,
  };
  return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

int dk_open_tree(int dirfd, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dirfd, path, flags);
}
int dk_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags) {
  return (int)syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags);
}
int dk_mount_setattr(int dirfd, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                     uint64_t propagation) {
  struct { uint64_t set, clear, propagation, userns_fd; } attr = {set, clear, propagation, 0};
  return (int)syscall(SYS_mount_setattr, dirfd, path, flags, &attr, sizeof attr);
}
int dk_mount_idmap(int tree, unsigned flags, int user_namespace) {
  struct { uint64_t set, clear, propagation, userns_fd; } attr = {
      0x100000 /* MOUNT_ATTR_IDMAP */, 0, 0, (uint64_t)user_namespace};
  return (int)syscall(SYS_mount_setattr, tree, "", flags | AT_EMPTY_PATH, &attr, sizeof attr);
}
int dk_umount2(const char *target, int flags) { return umount2(target, flags); }

int dk_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}
int dk_renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath,
                 unsigned flags) {
  return renameat2(olddirfd, oldpath, newdirfd, newpath, flags);
}
int dk_memfd_create(const char *name, unsigned flags) { return memfd_create(name, flags); }
int dk_close_range(unsigned first, unsigned last, int flags) {
  return close_range(first, last, flags);
}

int dk_pidfd_open(pid_t pid, unsigned flags) { return (int)syscall(SYS_pidfd_open, pid, flags); }
int dk_pidfd_getfd(int pidfd, int fd) { return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0); }
int dk_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}
long dk_syscall(long number, long a, long b, long c, long d, long e, long f) {
  return syscall(number, a, b, c, d, e, f);
}
int dk_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  return prctl(option, a, b, c, d);
}
int dk_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
int dk_set_rlimit(int resource, uint64_t soft, uint64_t hard) {
  struct rlimit limit = {soft, hard};
  return setrlimit((__rlimit_resource_t)resource, &limit);
}
int dk_set_rlimit_of(pid_t pid, int resource, uint64_t soft, uint64_t hard) {
  struct rlimit64 limit = {soft, hard};
  return prlimit64(pid, resource, &limit, NULL);
}
int dk_get_rlimit(int resource, uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  if (getrlimit((__rlimit_resource_t)resource, &limit) != 0) return -1;
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return 0;
}
int dk_personality(unsigned long value) { return (int)syscall(SYS_personality, value); }
int dk_ioprio_set_self(int value) { return (int)syscall(SYS_ioprio_set, 1, 0, value); }
int dk_sched_setaffinity(const uint8_t *mask, size_t length) {
  return syscall(SYS_sched_setaffinity, 0, length, mask) < 0 ? -1 : 0;
}
int dk_sched_setattr(uint32_t policy, uint64_t flags, int32_t nice, uint32_t priority,
                     uint64_t runtime, uint64_t deadline, uint64_t period) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attr = {sizeof attr, policy, flags, nice, priority, runtime, deadline, period};
  return (int)syscall(SYS_sched_setattr, 0, &attr, 0);
}
long dk_join_session_keyring(const char *name) {
  return syscall(SYS_keyctl, 1, name, 0, 0, 0); // KEYCTL_JOIN_SESSION_KEYRING
}
int dk_setresuid(uid_t uid) { return setresuid(uid, uid, uid); }
int dk_setfsuid(uid_t uid) { return setfsuid(uid); }
int dk_setfsgid(gid_t gid) { return setfsgid(gid); }
int dk_setresgid(gid_t gid) { return setresgid(gid, gid, gid); }
int dk_wait_exited(int status, int *code) {
  return WIFEXITED(status) ? (*code = WEXITSTATUS(status), 1) : 0;
}
int dk_wait_signaled(int status, int *signal) {
  return WIFSIGNALED(status) ? (*signal = WTERMSIG(status), 1) : 0;
}
pid_t dk_fork(void) { return fork(); }
int dk_spawn_chdir(void *file_actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(file_actions, path);
}
int dk_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags) {
  return (int)syscall(SYS_execveat, dirfd, path, argv, envp, flags);
}

int dk_capget(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return -1;
  *effective = data[0].effective | (uint64_t)data[1].effective << 32;
  *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
  *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  return 0;
}
int dk_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
      {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
      {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
  };
  return (int)syscall(SYS_capset, &header, data);
}

int dk_open_pty(int *master, char *slave_path, size_t size) {
  int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return -1;
  if (grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, slave_path, size) != 0) {
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
  }
  *master = fd;
  return 0;
}
int dk_open_pty_peer(int master) {
  return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}
int dk_set_winsize(int fd, uint16_t rows, uint16_t cols) {
  struct winsize size = {.ws_row = rows, .ws_col = cols};
  return ioctl(fd, TIOCSWINSZ, &size);
}
int dk_get_winsize(int fd, uint16_t *rows, uint16_t *cols) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
  *rows = size.ws_row;
  *cols = size.ws_col;
  return 0;
}
int dk_set_controlling_terminal(int fd) { return ioctl(fd, TIOCSCTTY, 0); }

uint64_t dk_makedev(unsigned major_number, unsigned minor_number) {
  return makedev(major_number, minor_number);
}
unsigned dk_major(uint64_t device) { return major(device); }
unsigned dk_minor(uint64_t device) { return minor(device); }
ssize_t dk_lgetxattr(const char *path, const char *name, void *value, size_t size) {
  return lgetxattr(path, name, value, size);
}
int dk_lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
  return lsetxattr(path, name, value, size, flags);
}
ssize_t dk_llistxattr(const char *path, char *list, size_t size) {
  return llistxattr(path, list, size);
}
ssize_t dk_fgetxattr(int fd, const char *name, void *value, size_t size) {
  return fgetxattr(fd, name, value, size);
}
ssize_t dk_flistxattr(int fd, char *list, size_t size) {
  return flistxattr(fd, list, size);
}
int dk_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
  return fsetxattr(fd, name, value, size, flags);
}
ssize_t dk_copy_file_range(int in, int out, size_t length) {
  return copy_file_range(in, NULL, out, NULL, length, 0);
}
ssize_t dk_copy(int in, int out) { return sendfile(out, in, NULL, 1 << 20); }
int dk_syncfs(int fd) { return syncfs(fd); }
int dk_statfs_type(const char *path, int64_t *type) {
  struct statfs info;
  if (statfs(path, &info) != 0) return -1;
  *type = (int64_t)info.f_type;
  return 0;
}
int dk_fstatfs_type(int fd, int64_t *type) {
  struct statfs info;
  if (fstatfs(fd, &info) != 0) return -1;
  *type = (int64_t)info.f_type;
  return 0;
}
int dk_statfs_space(const char *path, uint64_t *free_bytes, uint64_t *total_bytes) {
  struct statfs info;
  if (statfs(path, &info) != 0) return -1;
  *free_bytes = (uint64_t)info.f_bavail * (uint64_t)info.f_bsize;
  *total_bytes = (uint64_t)info.f_blocks * (uint64_t)info.f_bsize;
  return 0;
}

int dk_pipe2(int fds[2], int flags) { return pipe2(fds, flags); }
int dk_dup3(int from, int to, int flags) { return dup3(from, to, flags); }
int dk_eventfd(unsigned initial, int flags) { return eventfd(initial, flags); }
int dk_signalfd(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
int dk_unblock_all_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  return sigprocmask(SIG_SETMASK, &set, NULL);
}
int dk_fcntl_int(int fd, int command, int value) { return fcntl(fd, command, value); }
int dk_ioctl_ptr(int fd, unsigned long request, void *argument) {
  return ioctl(fd, request, argument);
}
ssize_t dk_splice(int in, int out, size_t length, unsigned flags) {
  return splice(in, NULL, out, NULL, length, flags);
}
int dk_sendfd(int socket_fd, int fd, const void *payload, size_t length) {
  struct iovec part = {(void *)payload, length};
  union { char buffer[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1,
                           .msg_control = control.buffer, .msg_controllen = sizeof control.buffer};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return sendmsg(socket_fd, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}
ssize_t dk_recvfd(int socket_fd, int *fd, void *payload, size_t length) {
  struct iovec part = {payload, length};
  union { char buffer[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1,
                           .msg_control = control.buffer, .msg_controllen = sizeof control.buffer};
  ssize_t received = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
  *fd = -1;
  struct cmsghdr *header = received < 0 ? NULL : CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(fd, CMSG_DATA(header), sizeof *fd);
  return received;
}
int dk_ppoll_ms(int *fds, short *events, short *revents, size_t count, int timeout_ms) {
  struct pollfd small[64];
  struct pollfd *list = count <= 64 ? small : malloc(count * sizeof *list);
  if (!list) return -1;
  for (size_t i = 0; i < count; i++) list[i] = (struct pollfd){fds[i], events[i], 0};
  int ready = poll(list, count, timeout_ms);
  for (size_t i = 0; i < count; i++) revents[i] = list[i].revents;
  if (list != small) free(list);
  return ready;
}
int dk_peer_credentials(int socket_fd, pid_t *pid, uid_t *uid, gid_t *gid) {
  struct ucred credentials;
  socklen_t size = sizeof credentials;
  if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
  *pid = credentials.pid;
  *uid = credentials.uid;
  *gid = credentials.gid;
  return 0;
}
int dk_unix_address(int do_bind, int socket_fd, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  return do_bind ? bind(socket_fd, (struct sockaddr *)&address, sizeof address)
                 : connect(socket_fd, (struct sockaddr *)&address, sizeof address);
}

int dk_accept4(int socket_fd, int flags) { return accept4(socket_fd, NULL, NULL, flags); }
int dk_epoll_create(int flags) { return epoll_create1(flags); }
int dk_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, operation, fd, &event);
}
int dk_epoll_wait(int epoll, uint32_t *events, uint64_t *tokens, int capacity, int timeout_ms) {
  struct epoll_event ready[64];
  int count = epoll_wait(epoll, ready, capacity < 64 ? capacity : 64, timeout_ms);
  for (int i = 0; i < count; i++) {
    events[i] = ready[i].events;
    tokens[i] = ready[i].data.u64;
  }
  return count;
}

int dk_seccomp_load(const void *program, unsigned short instructions, unsigned flags) {
  struct { unsigned short length; const void *filter; } prog = {instructions, program};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}
int dk_seccomp_listen(const void *program, unsigned short instructions, unsigned flags, int socket,
                      uint8_t kind) {
  int listener = dk_seccomp_load(program, instructions, flags);
  if (listener < 0) return -1;
  uint8_t message[1 + sizeof listener] = {kind};
  memcpy(message + 1, &listener, sizeof listener);
  return write(socket, message, sizeof message) == sizeof message ? listener : -1;
}
int dk_bpf_attach_device_program(int cgroup_fd, const void *instructions, unsigned count) {
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                         .insns = (uint64_t)(uintptr_t)instructions,
                         .insn_cnt = count,
                         .license = (uint64_t)(uintptr_t) "Apache-2.0"};
  int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  if (program < 0) return -1;
  union bpf_attr attach = {.target_fd = (uint32_t)cgroup_fd,
                           .attach_bpf_fd = (uint32_t)program,
                           .attach_type = BPF_CGROUP_DEVICE,
                           .attach_flags = BPF_F_ALLOW_MULTI};
  int result = (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach);
  int saved = errno;
  close(program);
  errno = saved;
  return result;
}
