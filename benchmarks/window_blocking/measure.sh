#!/usr/bin/env bash
# How long ParaView's event loop is blocked at most while a training goes on behind the window: measure.sh [PLUGINS]
# on a display of its own (its pictures are drawn by the CPU), with OMP_NUM_THREADS threads (2), for SECONDS_WATCHED (60),
# in a window of SCREEN_SIZE (1280x800).
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../../build/cpu
plugins=${1:-$build/lib/paraview-5.11/plugins}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
g++ -std=c++17 -O2 -fPIC -shared $(pkg-config --cflags Qt5Core) "$here/loop_watch.cpp" -o "$folder/loop_watch.so" \
  $(pkg-config --libs Qt5Core)
mkdir -m 700 "$folder/runtime"
SCREEN_SIZE=${SCREEN_SIZE:-1280x800} HOME=$folder XDG_RUNTIME_DIR=$folder/runtime OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} PV_PLUGIN_PATH=$plugins \
  LOOP_WATCH=$folder/loop_watch.so CASES="$here/../../examples/plates/train/*.vtu" \
  "$here/../../scripts/with_display.sh" paraview --dr --script="$here/measure.py"
