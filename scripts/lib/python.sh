# shellcheck shell=bash
# Creates the virtual environments of the tests and the benchmarks; sourced by scripts/setup.

make_test_python() {
  if [ -n "${IMPRINT_TEST_PYTHON:-}" ] || python_is_ready .venv requirements.txt ai_edge_litert; then return; fi
  "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' ||
    fail "the tests need Python 3.11 to 3.14, not $("$python" -V): choose another one with PYTHON=python3.12 make test"
  make_python "$python" .venv requirements.txt "90 MB"
}

# The older runtime exists only for Python 3.11; without it, its tests are skipped.
make_older_python() {
  local candidate
  if [ -n "${IMPRINT_TEST_OLDER_PYTHON:-}" ] || python_is_ready .venv-older requirements-older.txt tflite_runtime; then
    return
  fi
  for candidate in "$python" python3.11; do
    if "$candidate" -c 'import pip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      make_python "$candidate" .venv-older requirements-older.txt "21 MB"
      return
    fi
  done
  echo "Continuing without tflite-runtime, which exists for Python 3.11 only: its tests are skipped" >&2
}

# Without this environment, the benchmark reports the rows that it does not measure.
make_benchmark_python() {
  if [ -n "${IMPRINT_BENCH_PYTHON:-}" ] || python_is_ready .venv-bench requirements-benchmarks.txt "cv2, sklearn"; then
    return
  fi
  (make_python "$python" .venv-bench requirements-benchmarks.txt "150 MB") ||
    echo "Continuing without OpenCV and scikit-learn: their rows are not measured" >&2
}

# Creates the virtual environment $2 with the Python $1 and the packages of scripts/$3, a download of $4.
make_python() {
  check_pip
  echo "Creating $2 (up to $4)"
  rm -rf "$2.new"
  "$1" -m venv --without-pip "$2.new"
  "$1" -m pip --python "$2.new/bin/python3" install --quiet --disable-pip-version-check --no-deps \
    --only-binary=:all: --require-hashes --requirement "scripts/$3" ||
    fail "the packages of scripts/$3 could not be installed, see above; then run scripts/setup again"
  cp "scripts/$3" "$2.new/$3"
  rm -rf "$2"
  mv "$2.new" "$2"
}

# Succeeds if the virtual environment $1 has the packages of scripts/$2, and its Python runs and imports the module $3.
python_is_ready() {
  cmp -s <(packages "scripts/$2") <(packages "$1/$2") && "$1/bin/python3" -c "import $3" 2>/dev/null
}

# Prints a list of packages without its comments.
packages() {
  grep -v '^ *#' "$1" 2>/dev/null
}

check_pip() {
  "$python" -c 'import pip' 2>/dev/null || fail "$python has no pip: sudo apt-get install -y python3-pip"
}
