#!/usr/bin/env bash
# Configures (the first time, or when options are given) and builds the preset `cpu`, or `cuda` where there is a GPU for
# its kernels; both in build/cpu. Remove that folder when a GPU has come:
#   build.sh [CMake options]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/gpu.sh

if [[ ! -f build/cpu/build.ninja ]] || (($#)); then
  has_gpu && preset=cuda || preset=cpu
  cmake --preset "$preset" "$@"
fi

# One job per core, as far as memory allows: LibTorch's headers take up to 2 GB a compiler.
jobs=$(nproc)
fitting=$(awk '/^MemAvailable/ { print int($2 / 2097152) }' /proc/meminfo)
((fitting < jobs)) && jobs=$fitting
((jobs < 1)) && jobs=1
cmake --build --preset cpu --parallel "$jobs"
