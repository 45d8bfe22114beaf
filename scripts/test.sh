#!/usr/bin/env bash
# Sets everything up, builds, and runs every test. See --help.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/steps.sh

if (($#)); then
  cat <<'END'
Usage: scripts/test.sh

Installs and builds what is missing (see scripts/setup.sh --help), then runs every test of the project,
the checks of format and layers among them. The output of all tests is in
build/cpu/Testing/Temporary/LastTest.log. The last line is "N passed, N failed", and the exit
code is 0 when nothing failed. A single test: ctest --test-dir build/cpu -R NAME --output-on-failure
END
  [[ $* == --help ]] && exit 0
  exit 2
fi

mkdir -p build
log=build/test.log
: >"$log"
scripts/setup.sh --check --tests && setup=2 || setup=240
[[ -f build/cpu/bin/engine_tests ]] && build=30 || build=400
plan $setup "Installing what is missing: Debian packages, LibTorch, PyTorch for comparison"
plan $build "Building ParaFLARE and its tests"
plan 450 "Running the tests"

# What stops the tests from running is a failure, too.
give_up()
{
  show_end_of_log
  say "0 passed, 1 failed"
  exit 1
}

begin
quietly scripts/setup.sh --tests || give_up
finish
begin
quietly scripts/build.sh -DBUILD_TESTING=ON || give_up
finish
begin
rm -f build/test.xml
quietly ctest --test-dir build/cpu --parallel "$(nproc)" --timeout 600 --no-tests=error \
  --output-on-failure --output-junit "$PWD/build/test.xml"
finish
[[ -f build/test.xml ]] || give_up
/usr/bin/python3 scripts/count_tests.py build/test.xml
