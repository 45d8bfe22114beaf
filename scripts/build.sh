#!/usr/bin/env bash
# Configures (the first time, or when options are given) and builds the preset `cpu`, or `cuda` where there is a GPU, in
# build/cpu in either case:
#   build.sh [CMake options]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=cpu
if nvidia-smi >/dev/null 2>&1; then
  preset=cuda
fi
if [[ ! -f build/cpu/build.ninja ]] || (($#)) ||
  { [[ $preset == cuda ]] && ! grep -q '^PARAFLARE_CUDA:BOOL=ON' build/cpu/CMakeCache.txt; }; then
  cmake --preset "$preset" "$@"
fi

# One job per core, as far as memory allows: LibTorch's headers take up to 2 GB a compiler.
jobs=$(nproc)
fitting=$(awk '/^MemAvailable/ { print int($2 / 2097152) }' /proc/meminfo)
((fitting < jobs)) && jobs=$fitting
((jobs < 1)) && jobs=1
cmake --build --preset cpu --parallel "$jobs"
