#!/usr/bin/env bash
# confined.sh DIRECTORY USER:GROUP VOLUME_OWNER VOLUME_MODE COMMAND…: run a command as a container does that has a read-only
# root file system, no capabilities, and a volume in DIRECTORY/data. As root, in a mount namespace of its own.
set -euo pipefail
directory=$1 user=$2 owner=$3 mode=$4
shift 4
prefix=$("$PYTHON" -c 'import sys; print(sys.base_prefix)')
if [[ $prefix == /root/* ]]; then # which only root may enter
  mkdir "$directory/python"
  mount --bind "$prefix" "$directory/python"
  mount -t tmpfs -o mode=755 none /root
  mkdir -p "$prefix"
  mount --bind "$directory/python" "$prefix"
fi
mkdir "$directory/data" "$directory/tmp"
mount -t tmpfs -o "mode=$mode,uid=${owner%:*},gid=${owner#*:}" none "$directory/data"
mount -t tmpfs -o mode=1777 none "$directory/tmp"
mount -o remount,ro,bind /
cd /
export HOME="$directory/tmp" TMPDIR="$directory/tmp" PYTHONDONTWRITEBYTECODE=1
exec setpriv --reuid="${user%:*}" --regid="${user#*:}" --groups="${owner#*:}" --bounding-set=-all --no-new-privs "$@"
