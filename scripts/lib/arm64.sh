# shellcheck shell=bash
# The folders of the build for 64-bit Arm, and how to run a command in one of them; sourced by scripts/arm64 and
# scripts/test-arm64.

work=$PWD/.build-arm64
# A Debian unstable for this processor, with its Swift; below it the Swift libraries and the system's libraries for Arm.
compiler=$work/debian
sysroot=$compiler/sysroot
build=$work/build
# The tests that run there, in the order in which their modules depend on each other.
suites=${SUITES:-PlatformTests TFLiteTests LinearAlgebraTests ModelSurgeryTests HeadsTests PicturesTests LiteRTTests InferenceTests \
  ImprintingTests}
runtime_for_arm=$work/libLiteRt.so
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
python=${PYTHON:-python3}

check_system() {
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "this script runs on Linux, x86-64; on 64-bit Arm, make builds for it"
  [ "$(id -u)" = 0 ] || fail "this script installs a Debian in a folder and works in it: run it as root, sudo env PATH=\"\$PATH\" make $1"
  local tool
  for tool in debootstrap dpkg-deb unshare; do
    command -v "$tool" >/dev/null || fail "$tool is missing: sudo apt-get install -y debootstrap dpkg-dev util-linux"
  done
}

# Fails unless the disk has $1 GB of space for $2.
check_space() {
  local free
  mkdir -p "$work"
  free=$(df --output=avail --block-size=1G "$work" | tail -n 1)
  [ "$free" -ge "$1" ] || fail "$2 needs $1 GB in $work, where ${free// /} GB are free: make room, or make .build-arm64 a link to another disk"
}

# Runs the shell commands $3 with the arguments $4... in the Debian of the folder $1, with the folders $2 mounted there: a list
# of THERE=HERE, or THERE=HERE=ro for reading only. What is mounted goes away with the processes.
in_debian() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child bash -c '
    set -euo pipefail
    folder=$1 mounts=$2 commands=$3
    shift 3
    mount -t proc proc "$folder/proc"
    for pair in $mounts; do
      IFS== read -r there here how <<<"$pair"
      mkdir -p "$folder$there"
      mount --bind ${how:+-o "$how"} "$here" "$folder$there"
    done
    exec env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      ${QEMU_CPU:+QEMU_CPU="$QEMU_CPU"} chroot "$folder" sh -euc "$commands" sh "$@"' \
    bash "$@"
}

# Installs the Debian $1 for the processor $2 in the folder $3, with the further arguments of debootstrap. The folder takes its
# name when it is complete. apt there downloads as apt here does.
install_debian() {
  local suite=$1 architecture=$2 folder=$3
  shift 3
  mkdir -p "$work/packages"
  rm -rf "$folder.new"
  debootstrap --variant=minbase --arch="$architecture" --cache-dir="$work/packages" "$@" "$suite" "$folder.new" "$mirror" \
    >"$work/log" 2>&1 || fail_with_log "debootstrap could not install Debian $suite from $mirror"
  if command -v apt-config >/dev/null; then
    apt-config dump | grep -iE '^Acquire::(Check-Valid-Until|https?::)' >"$folder.new/etc/apt/apt.conf.d/99here" || true
  fi
}

fail_with_log() {
  tail -n 5 "$work/log" >&2
  fail "$1: see $work/log; then run this script again, it goes on where it stopped"
}
