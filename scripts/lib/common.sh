# shellcheck shell=bash
# Functions that the other scripts share. Source this file; do not run it.

# Prints an error message and exits.
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, or with sudo, which asks for a password only on a terminal.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Succeeds if `as_root` works.
can_be_root() {
  as_root true 2>/dev/null
}

# Prints the library folder in the user's data folder. Prints nothing if there is no home folder, or if another user owns it,
# as with sudo. Sources/Platform/LibraryLocation.swift looks for libraries in this folder.
user_library_folder() {
  if [[ ${XDG_DATA_HOME:-} == /* ]]; then
    echo "$XDG_DATA_HOME/imprint/lib"
  elif [[ ${HOME:-} == /* ]] && [ -O "$HOME" ]; then
    echo "$HOME/.local/share/imprint/lib"
  fi
}

# Builds the Swift program $2 of Benchmarks, `all` programs or `none`, then runs the Python program in the folder $1 with the
# remaining arguments.
run_benchmark() {
  local folder=$1 product=$2 root only=()
  shift 2
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  case " $* " in *" --help "* | *" -h "*) product=none ;; esac
  if [ "$product" != none ]; then
    [ "$product" = all ] || only=(--product "$product")
    swift build --package-path "$root/Benchmarks" --configuration release "${only[@]}" >&2
  fi
  # The programs are in a separate build folder, from which they do not find the checkout's .runtime.
  export IMPRINT_LITERT=${IMPRINT_LITERT:-$root/.runtime/libLiteRt.so}
  # The folder compare contains the modules that several benchmarks share.
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/Benchmarks/compare exec "${PYTHON:-python3}" "$root/Benchmarks/$folder" "$@"
}
