#pragma once

#include "flare/architecture.h"
#include "io/json_object.h"
#include "nn/state_shapes.h"

namespace flare::io
{
// The architecture of a network of the published code. Sizes follow from the shapes of its weights, and
// what the configuration says about them must agree. The number of heads, the attention scale and the
// activation are in the configuration only: num_heads (null: channel_dim // 8), attn_scale (a number, or
// the command line's words: one, sqrt), act (null: gelu). Throws Error naming the setting that is missing
// or contradicts the weights, or the tensor that is missing, left over or of another shape.
Architecture architectureOf(const nn::StateShapes& weights, const JsonObject& config);
}
