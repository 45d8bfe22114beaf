#!/usr/bin/env bash
# Configures the project and builds the engine on a machine that looks as if it had no CUDA toolkit:
#   without_cuda_toolkit.sh BUILD_FOLDER
# A toolkit that is there would hide a configuration that needs one. ccache makes it quick.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [[ ${2:-} != inside ]]; then
  if ! unshare -rm true 2>/dev/null; then
    echo "This machine permits no mounts of one's own, so the CUDA toolkit cannot be hidden."
    exit 77
  fi
  exec unshare -rm "${BASH_SOURCE[0]}" "$1" inside
fi

empty=$(mktemp -d)
trap 'rmdir "$empty"' EXIT
for toolkit in /usr/local/cuda* /usr/lib/cuda /opt/cuda; do
  if [[ -d $toolkit && ! -L $toolkit ]]; then
    mount --bind "$empty" "$toolkit"
  fi
done
# A file that cannot be executed is passed over.
while IFS= read -r folder; do
  if [[ -x $folder/nvcc ]]; then
    mount --bind /dev/null "$folder/nvcc"
  fi
done <<<"${PATH//:/$'\n'}"
unset CUDA_HOME CUDA_PATH CUDACXX CUDA_TOOLKIT_ROOT_DIR
if compgen -G '/usr/local/cuda*/*' >/dev/null; then
  echo "The CUDA toolkit is still in sight."
  exit 1
fi

rm -rf "$1"
cmake -S "$project" --preset cpu -B "$1"
nice cmake --build "$1" --target flare_engine --parallel "$(nproc)"
if grep -E 'nvcc|/usr/local/cuda' "$1/CMakeCache.txt"; then
  echo "The configuration has found a CUDA toolkit that was out of sight."
  exit 1
fi
