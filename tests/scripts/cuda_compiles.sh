#!/usr/bin/env bash
# Compiles the CUDA kernels and their module, for one kind of GPU, where there is a compiler; no GPU is needed:
#   cuda_compiles.sh BUILD_FOLDER
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

. "$project/scripts/gpu.sh"

if ! has_toolkit && [[ ! -x $project/.deps/venv/lib/python3.11/site-packages/nvidia/cu13/bin/nvcc ]]; then
  echo "There is no nvcc of CUDA 13 on this machine."
  exit 77
fi
rm -rf "$1"
cmake -S "$project" --preset cuda -B "$1" -DPARAFLARE_BUILD_PLUGIN=OFF -DCMAKE_CUDA_ARCHITECTURES=90
nice cmake --build "$1" --target flare_cuda --parallel "$(nproc)"
