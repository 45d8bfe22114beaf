#include "cuda/mix_of.cuh"

template struct flare::cuda::MixOf<__nv_bfloat16>;
