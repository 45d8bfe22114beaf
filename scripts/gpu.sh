# What there is for the CUDA kernels. Sourced by setup.sh, build.sh and a test.

# A GPU that they support: of compute capability 8.0 or later.
has_gpu()
{
  nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | awk '$1 >= 8 { found = 1 } END { exit !found }'
}

# A toolkit that compiles them: the release that LibTorch was built with.
has_toolkit()
{
  PATH=$PATH:/usr/local/cuda/bin nvcc --version 2>/dev/null | grep -q 'release 13'
}
