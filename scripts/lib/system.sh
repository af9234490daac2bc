# shellcheck shell=bash
# Installs system libraries with apt; sourced by scripts/setup.

# The libraries that Imprint opens at run time, each with its Debian package.
libraries=(
  libturbojpeg.so.0:libturbojpeg0 libvips.so.42:libvips42 libopenblas.so.0:libopenblas0-pthread libcrypto.so.3:libssl3
)
# Libraries that MediaPipe is linked with; the tests do not use them.
test_libraries=(libEGL.so.1:libegl1 libGLESv2.so.2:libgles2)

# Installs the packages of the libraries that are missing.
install_libraries() {
  local missing packages reason
  missing=$(missing_libraries "$@")
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null ||
    fail "missing: $(cut -d: -f1 <<<"$missing" | xargs); install the packages that contain them"
  read -ra packages < <(cut -d: -f2 <<<"$missing" | xargs)
  local by_hand="sudo apt-get install -y --no-install-recommends ${packages[*]}"
  can_be_root || fail "system libraries are missing and sudo cannot be used here: $by_hand"

  echo "Installing ${packages[*]}"
  if ! reason=$(apt_get update; apt_get install -y --no-install-recommends "${packages[@]}") ||
    [ -n "$(missing_libraries "$@")" ]
  then
    fail "system libraries could not be installed (${reason##*$'\n'}): $by_hand"
  fi
}

# Prints the libraries that the loader does not find.
missing_libraries() {
  "$python" -c '
import ctypes, sys
for library in sys.argv[1:]:
    try:
        ctypes.CDLL(library.split(":")[0])
    except OSError:
        print(library)' "$@"
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" 2>&1 9<&-
}

# Installs the packages $2… unless there is a file $1.
install_package() {
  local reason file=$1
  shift
  [ ! -e "$file" ] || return 0
  local by_hand="sudo apt-get install -y --no-install-recommends $*"
  command -v apt-get >/dev/null || fail "$file is missing: install the package that contains it"
  can_be_root || fail "$file is missing and sudo cannot be used here: $by_hand"
  echo "Installing $*"
  reason=$(apt_get update; apt_get install -y --no-install-recommends "$@") ||
    fail "$* could not be installed (${reason##*$'\n'}): $by_hand"
}

# Installs Debian's libtorch and the headers of Gloo, through which several workers meet, unless $LIBTORCH is the folder of
# another libtorch, and builds Imprint's C interface to libtorch.
install_torch() {
  if [ -z "${LIBTORCH:-}" ] && [ ! -f /usr/include/ATen/ATen.h ]; then
    command -v apt-get >/dev/null || fail "libtorch is missing: set LIBTORCH to the folder of one, with include and lib"
    local reason by_hand="sudo apt-get install -y --no-install-recommends libtorch-dev libgloo-dev"
    can_be_root || fail "libtorch is missing and sudo cannot be used here: $by_hand"
    echo "Installing libtorch-dev libgloo-dev"
    reason=$(apt_get update; apt_get install -y --no-install-recommends libtorch-dev libgloo-dev) ||
      fail "libtorch could not be installed (${reason##*$'\n'}): $by_hand"
  elif [ -z "${LIBTORCH:-}" ]; then
    (install_package /usr/include/gloo/context.h libgloo-dev) ||
      echo "Continuing without Gloo's headers: a base is trained by one process only" >&2
  fi
  scripts/build-torch
}
