#!/usr/bin/env bash
# Remakes the pictures of docs/gui.md: plays the tests of ParaView's window and takes their screenshots.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ $# -gt 0 ]]; then
  echo "Usage: scripts/gui_pictures.sh, after scripts/build.sh with the tests" >&2
  exit 2
fi
# name in docs/pictures: the test and its screenshot
declare -A pictures=(
  [gui_choice]=first_use/chosen
  [gui_check]=dock_check/checked
  [gui_asked]=first_use/asked
  [gui_running]=training/running
  [gui_sliders]=sliders/typed
  [gui_comparison]=layouts/comparison
  [gui_spectrum]=chart_clicked/mode
  [gui_head_map]=head_map/square
  [gui_routes]=routes/point
)
tests=$(printf 'gui_%s\n' "${pictures[@]%%/*}" | sort -u | paste -sd '|')
ctest --test-dir build/cpu --output-on-failure -R "^($tests)\$"
for name in "${!pictures[@]}"; do
  # Few colours make small files; the size of the window inside of its display varies.
  convert "build/cpu/tests/gui/${pictures[$name]}.png" -trim +repage +dither -colors 255 "PNG8:docs/pictures/$name.png"
done
