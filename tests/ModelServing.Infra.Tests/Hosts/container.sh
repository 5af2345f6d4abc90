#!/usr/bin/env bash
# Runs a command as a container runtime would, with its own root that contains only the program, the .NET runtime, this machine's /usr
# and the mounts. The caller has created the namespaces: unshare --mount --pid --fork.
#
# usage: container.sh ROOT PROGRAM DOTNET ETC USER:GROUP:FSGROUP [VOLUME...] -- COMMAND...
#
#   ROOT     an empty folder           PROGRAM  becomes /app       DOTNET  becomes /dotnet      ETC  is copied to /etc
#   USER     may be empty, and so may its groups: the caller's are kept
#   VOLUME   scratch=PATH=SIZE (an empty folder in memory), folder=PATH=SOURCE (read-only) or claim=PATH=SOURCE (writable for the group,
#            as the kubelet makes a volume)
set -euo pipefail
root=$1 program=$2 dotnet=$3 etc=$4
IFS=: read -r user group fs_group <<<"$5"
shift 5

read_only() {
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}

mount -t tmpfs -o mode=755 root "$root"
mkdir "$root"/{app,dev,dotnet,etc,proc,sys,usr,var}
for name in bin lib lib64 sbin; do
  if [ -L "/$name" ]; then
    ln -s "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir "$root/$name"
    read_only "/$name" "$root/$name"
  fi
done
read_only /usr "$root/usr"
read_only "$program" "$root/app"
read_only "$dotnet" "$root/dotnet"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
cp -r "$etc/." "$root/etc"
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache "$root/etc"

while [ "$1" != -- ]; do
  IFS='=' read -r kind path value <<<"$1"
  mkdir -p "$root$path"
  case "$kind" in
    scratch) mount -t tmpfs -o "mode=2777,size=$value${fs_group:+,gid=$fs_group}" scratch "$root$path" ;;
    folder) read_only "$value" "$root$path" ;;
    claim)
      [ -z "$fs_group" ] || chgrp "$fs_group" "$value"
      chmod 2775 "$value"
      mount --bind "$value" "$root$path"
      ;;
    *) echo "container.sh: unknown kind of volume: $kind" >&2; exit 64 ;;
  esac
  shift
done
shift
mount -o remount,bind,ro "$root"

# Drop all privileges, so that none can be regained.
without=(--no-new-privs --bounding-set=-all --inh-caps=-all)
[ -z "$user" ] || without+=(--reuid "$user" --regid "$group" --groups "$fs_group")
exec chroot "$root" setpriv "${without[@]}" env -i -C /app "$@"
