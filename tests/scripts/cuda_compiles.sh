#!/usr/bin/env bash
# Compiles the CUDA kernels and their module, for one kind of GPU, where there is a compiler; no GPU is needed:
#   cuda_compiles.sh BUILD_FOLDER
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if ! PATH=$PATH:/usr/local/cuda/bin command -v nvcc >/dev/null &&
  ! compgen -G "$project/.deps/venv/lib/python3.11/site-packages/nvidia/cu13/bin/nvcc" >/dev/null; then
  echo "There is no nvcc on this machine."
  exit 77
fi
rm -rf "$1"
cmake -S "$project" --preset cuda -B "$1" -DPARAFLARE_BUILD_PLUGIN=OFF -DCMAKE_CUDA_ARCHITECTURES=90
nice cmake --build "$1" --target flare_cuda --parallel "$(nproc)"
