#!/usr/bin/env bash
# Remakes the pictures of docs/spectra.md, and prints its numbers: trains two models (a few minutes each) in
# spectra-output, where they are found again. After scripts/build.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ $# -gt 0 ]]; then
  echo "Usage: scripts/spectra_pictures.sh, after scripts/build.sh" >&2
  exit 2
fi
scripts/with_display.sh /usr/bin/pvpython scripts/spectra_pictures.py --output spectra-output \
  --plugin build/cpu/lib/paraview-5.11/plugins/ParaFLARE/ParaFLARE.so
cd spectra-output
convert spectra_route_?.png +append spectra_routes.png
for name in chart heads similarity ensemble training local global routes; do
  # Few colours make small files.
  convert "spectra_$name.png" -resize 50% +dither -colors 255 "PNG8:../docs/pictures/spectra_$name.png"
done
