# shellcheck shell=bash
# Puts the files of a package into a folder; sourced by scripts/deb and scripts/tar.

python=${PYTHON:-python3}

# Prints the version of this package.
package_version() {
  sed -n 's/.*text = "\(.*\)"/\1/p' Sources/Platform/PackageVersion.swift
}

# Prints the time of the last commit in seconds, so that the same commit gives the same files.
package_time() {
  echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
}

# Puts the command, the studio, the runtime, the man pages and the completions below the folder $1. $2 is the folder of the completions for
# fish, $3 the one for zsh, below share. $IMPRINT_BUILT is the command, $IMPRINT_RUN a program that runs it where this processor
# cannot, $IMPRINT_RUNTIME the runtime.
stage() {
  local root=$1 built=${IMPRINT_BUILT:-.build-static/release/imprint} shell help
  local run=${IMPRINT_RUN:-$built}
  [ -x "$built" ] || fail "the command is not built: run make build"
  install -D -m 755 "$built" "$root/bin/imprint"
  # Without a studio for that processor, the package holds none.
  local studio=${IMPRINT_STUDIO_BUILT:-}
  [ -n "${IMPRINT_BUILT:-}" ] || studio=${studio:-.build-studio/release/imprint-studio}
  [ -z "$studio" ] || install -D -m 755 "$studio" "$root/bin/imprint-studio"
  install -D -m 644 "${IMPRINT_RUNTIME:-.runtime/libLiteRt.so}" "$root/lib/imprint/libLiteRt.so"

  help=$(mktemp)
  "$run" --experimental-dump-help >"$help"
  "$python" Packaging/manual.py "$root/share/man/man1" "$(package_version)" \
    "$(date --utc --date="@$(package_time)" +%Y-%m-%d)" <"$help"
  if [ -n "$studio" ]; then
    "$studio" --experimental-dump-help | "$python" Packaging/manual.py "$root/share/man/man1" "$(package_version)" \
      "$(date --utc --date="@$(package_time)" +%Y-%m-%d)"
  fi
  mkdir -p "$root/share/bash-completion/completions" "$root/share/$2" "$root/share/$3"
  for shell in bash zsh fish; do
    "$run" --generate-completion-script "$shell" | "$python" Packaging/completions.py "$shell" "$help" \
      >"$root/share/$(completion_path "$shell" "$2" "$3")"
  done
  rm "$help"
  Packaging/test-completions "$root/share/bash-completion/completions/imprint"
}

# Prints the path of a completion script below share.
completion_path() {
  case $1 in
    bash) echo bash-completion/completions/imprint ;;
    zsh) echo "$3/_imprint" ;;
    fish) echo "$2/imprint.fish" ;;
  esac
}

# Gives all files below the folder $1 the time of the last commit.
set_times() {
  find "$1" -exec touch --no-dereference --date="@$(package_time)" {} +
}
