#include "cuda/mix_of.cuh"

template struct flare::cuda::MixOf<float>;
