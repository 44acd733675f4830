# What a program in a container finds, as lines that can be compared. Runs in busybox's shell.
while read -r name rest; do
  case $name in
    Uid:|Gid:|Groups:|Cap*|NoNewPrivs:|Seccomp:) echo "$name" $rest ;;
  esac
done </proc/self/status
for kind in cgroup ipc mnt net pid time user uts; do
  echo "namespace $kind $(readlink /proc/self/ns/$kind)"
done
# Mount point, options, propagation, type, source; the super block's options only of what is small.
while read -r _ _ _ root point options rest; do
  optional=${rest%%- *}
  set -- ${rest#*- }
  case $1 in tmpfs|devpts|mqueue) super=$3 ;; *) super= ;; esac
  case $optional in "") spread=private ;; *shared*) spread=shared ;; *master*) spread=slave ;; *) spread=$optional ;; esac
  echo "mount $point $1 $options $spread $super"
done </proc/self/mountinfo | sort
while read -r line; do
  case $line in "Limit "*) ;; *) echo "limit" $line ;; esac
done </proc/self/limits
echo "oom_score_adj $(cat /proc/self/oom_score_adj)"
echo "hostname $(hostname)"
echo "domainname $(cat /proc/sys/kernel/domainname)"
echo "directory $(pwd)"
echo "umask $(umask)"
echo "machine $(uname -m)"
env | sort | while read -r line; do echo "env $line"; done
for argument in "$@"; do echo "argument $argument"; done
ls -ln /dev 2>/dev/null | while read -r mode links user group a b c d e f; do
  case $mode in
    c*|b*) echo "dev ${f##*/} $mode $user:$group $a$b" ;;
    l*|d*|p*|-*) echo "dev ${e% ->*} $mode $user:$group ${f}" ;;
  esac
done
cat /proc/self/cgroup | while read -r line; do echo "cgroup $line"; done
for file in net/ipv4/ip_local_port_range kernel/msgmax kernel/shmmni fs/mqueue/msg_max; do
  echo "sysctl $file" $(cat /proc/sys/$file 2>/dev/null)
done
while read -r clock seconds nanoseconds; do echo "clock $clock $seconds $nanoseconds"; done </proc/self/timens_offsets
echo "descriptors" $(ls /proc/self/fd)
if [ -f /extra.sh ]; then . /extra.sh; fi
