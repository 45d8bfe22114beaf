#!/usr/bin/env bash
# How many updates a second a slider of FLAREPredict makes in ParaView's window: measure.sh MODEL [PLUGINS]
# on a display of its own (its pictures are drawn by the CPU), with OMP_NUM_THREADS threads (2).
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
model=$(realpath "$1")
plugins=${2:-$here/../../build/cpu/lib/paraview-5.11/plugins}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo '<pqevents/>' >"$folder/nothing.xml"
HOME=$folder OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} FLARE_MODEL=$model PV_PLUGIN_PATH=$plugins \
  "$here/../../scripts/with_display.sh" paraview --dr --script="$here/measure.py" \
  --test-script="$folder/nothing.xml" --test-directory="$folder" --exit
