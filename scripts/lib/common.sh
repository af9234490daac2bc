# shellcheck shell=bash
# Functions that the other scripts share; sourced, not run.

# Prints what went wrong and what to do about it, and exits.
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

# Succeeds where `as_root` works.
can_be_root() {
  as_root true 2>/dev/null
}

# Prints the folder of libraries among the user's data; nothing where there is no home, or it is not the user's own, as
# under sudo. Sources/Platform/LibraryLocation.swift looks there.
user_library_folder() {
  if [[ ${XDG_DATA_HOME:-} == /* ]]; then
    echo "$XDG_DATA_HOME/imprint/lib"
  elif [[ ${HOME:-} == /* ]] && [ -O "$HOME" ]; then
    echo "$HOME/.local/share/imprint/lib"
  fi
}

# Builds the Swift program $2 of Benchmarks, or `all` of them, or `none`, and then runs the Python of its folder $1 with
# the other arguments.
run_benchmark() {
  local folder=$1 product=$2 root only=()
  shift 2
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  case " $* " in *" --help "* | *" -h "*) product=none ;; esac
  if [ "$product" != none ]; then
    [ "$product" = all ] || only=(--product "$product")
    swift build --package-path "$root/Benchmarks" --configuration release "${only[@]}" >&2
  fi
  # The programs lie in a build folder of their own, from which the checkout's .runtime is not found.
  export IMPRINT_LITERT=${IMPRINT_LITERT:-$root/.runtime/libLiteRt.so}
  # The folder compare holds the modules that several benchmarks need.
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/Benchmarks/compare exec "${PYTHON:-python3}" "$root/Benchmarks/$folder" "$@"
}
