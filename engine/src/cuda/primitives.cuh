#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

// The instructions that the kernels are made of, one function each. Everything here exists from sm_80 on.
//
// Fragments of a warp's matrix instructions, with g = lane / 4 and t = lane % 4:
//   A (16 x 16): a0 = (g; 2t, 2t+1), a1 = (g+8; ..), a2 = (g; 2t+8, ..), a3 = (g+8; 2t+8, ..); 16 x 8 has a0,
//   a1 B (16 x 8):  b0 = (2t, 2t+1; g), b1 = (2t+8, 2t+9; g);                                    8 x 8 has b0
//   C (16 x 8):  c0, c1 = (g; 2t, 2t+1), c2, c3 = (g+8; 2t, 2t+1)
// So a result C, packed in pairs, is an A of the next product over C's columns without any exchange.
namespace flare::cuda
{
template<class T>
struct Packed;

template<>
struct Packed<__half>
{
  static constexpr unsigned ones = 0x3c003c00u;

  // Weights above 2^15, as bits
  static constexpr unsigned highestWeight = 0x7800u;

  static __device__ unsigned pack(float low, float high)
  {
    unsigned r;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
  }

  static __device__ unsigned multiply(unsigned a, unsigned b)
  {
    unsigned r;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(0x80008000u));
    return r;
  }

  static __device__ void mma8(float (&d)[4], unsigned a0, unsigned a1, unsigned b, const float (&c)[4])
  {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%7,%8,%9,%10};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a0), "r"(a1), "r"(b), "f"(c[0]), "f"(c[1]), "f"(c[2]), "f"(c[3]));
  }

  static __device__ void mma16(
    float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1, const float (&c)[4])
  {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%10,%11,%12,%13};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "f"(c[0]), "f"(c[1]), "f"(c[2]),
        "f"(c[3]));
  }
};

template<>
struct Packed<__nv_bfloat16>
{
  static constexpr unsigned ones = 0x3f803f80u;

  static constexpr unsigned highestWeight = 0x4700u;

  static __device__ unsigned pack(float low, float high)
  {
    unsigned r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
  }

  static __device__ unsigned multiply(unsigned a, unsigned b)
  {
    unsigned r;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(0x80008000u));
    return r;
  }

  static __device__ void mma8(float (&d)[4], unsigned a0, unsigned a1, unsigned b, const float (&c)[4])
  {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%7,%8,%9,%10};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a0), "r"(a1), "r"(b), "f"(c[0]), "f"(c[1]), "f"(c[2]), "f"(c[3]));
  }

  static __device__ void mma16(
    float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1, const float (&c)[4])
  {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%10,%11,%12,%13};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "f"(c[0]), "f"(c[1]), "f"(c[2]),
        "f"(c[3]));
  }
};

// 2^x; -inf gives 0.
__device__ inline float power2(float x)
{
  float r;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}

__device__ inline double power2(double x)
{
  return exp2(x);
}

// log2 of a positive number
__device__ inline float logarithm2(float x)
{
  return __log2f(x);
}

__device__ inline double logarithm2(double x)
{
  return log2(x);
}

__device__ inline float reciprocal(float x)
{
  float r;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}

// Place in shared memory as the instructions below take it. Kept in a register, it costs nothing; made anew
// from a pointer, it takes several instructions.
using SharedAddress = unsigned;

__device__ inline SharedAddress sharedAddress(const void* place)
{
  return static_cast<SharedAddress>(__cvta_generic_to_shared(place));
}

// Two of a warp's 8 x 8 matrices of 16-bit values from shared memory: `row` is 16 bytes of a matrix, rows 0
// to 7 of the first in lanes 0 to 7, of the second in lanes 8 to 15. A lane gets (g; 2t, 2t+1) of each.
__device__ inline void loadMatrices(unsigned& first, unsigned& second, SharedAddress row)
{
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
               : "=r"(first), "=r"(second)
               : "r"(row)
               : "memory");
}

// The same, transposed: a lane gets (2t, 2t+1; g).
__device__ inline void loadTransposed(unsigned& first, unsigned& second, SharedAddress row)
{
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
               : "=r"(first), "=r"(second)
               : "r"(row)
               : "memory");
}

__device__ inline void loadNumbers(float (&x)[4], SharedAddress from)
{
  asm volatile("ld.shared.v4.f32 {%0,%1,%2,%3}, [%4];"
               : "=f"(x[0]), "=f"(x[1]), "=f"(x[2]), "=f"(x[3])
               : "r"(from)
               : "memory");
}

// Stores 4 bytes where `valid`, without a branch, so that results are computed side by side.
__device__ inline void storeWhere(bool valid, void* to, unsigned bits)
{
  asm volatile("{ .reg .pred p; setp.ne.u32 p, %2, 0; @p st.global.b32 [%0], %1; }"
               :
               : "l"(to), "r"(bits), "r"(static_cast<unsigned>(valid))
               : "memory");
}

// Copies 4 or 16 bytes to shared memory in the background, or zeros when not `valid`.
template<int Bytes>
__device__ inline void copyAsync(SharedAddress to, const void* from, bool valid)
{
  asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
               :
               : "r"(to), "l"(from), "n"(Bytes), "r"(valid ? Bytes : 0)
               : "memory");
}

// Closes a group of copies; awaitCopies<N> then waits for all groups but the last N.
__device__ inline void commitCopies()
{
  asm volatile("cp.async.commit_group;" ::: "memory");
}

template<int Pending>
__device__ inline void awaitCopies()
{
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

// Largest of the numbers without sign in the low, and in the high, halves
__device__ inline unsigned largestHalves(unsigned a, unsigned b, unsigned c)
{
#if __CUDA_ARCH__ >= 900
  return __vimax3_u16x2(a, b, c);
#else
  return __vmaxu2(__vmaxu2(a, b), c);
#endif
}

// Transposes an 8 x 8 matrix of 16-bit values, one row per quad of lanes.
__device__ inline unsigned transposed(unsigned x)
{
  unsigned r;
  asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(r) : "r"(x));
  return r;
}

template<class T>
__device__ inline T exchanged(T x, int lanes)
{
  return __shfl_xor_sync(0xffffffffu, x, lanes);
}

template<class T>
__device__ inline T fromLane(T x, int lane)
{
  return __shfl_sync(0xffffffffu, x, lane);
}

__device__ inline bool anyLane(bool x)
{
  return __any_sync(0xffffffffu, x);
}

__device__ inline void warpBarrier()
{
  __syncwarp();
}

__device__ inline void blockBarrier()
{
  __syncthreads();
}

// Whether the block is the last of `count` to come here; it then sees what the others wrote before. The
// counter starts at 0.
__device__ inline bool lastBlock(unsigned* counter, unsigned count)
{
  __shared__ bool last;
  blockBarrier();
  if (threadIdx.x == 0)
  {
    // Releases what the whole block wrote, and acquires what the others did: barriers carry both to its
    // threads.
    unsigned before;
    asm volatile("atom.acq_rel.gpu.global.add.u32 %0, [%1], 1;" : "=r"(before) : "l"(counter) : "memory");
    last = before == count - 1;
  }
  blockBarrier();
  return last;
}

// The block's dynamic shared memory
__device__ inline char* sharedMemory()
{
  extern __shared__ __align__(16) char memory[];
  return memory;
}

// Lets a kernel have more shared memory than it gets unasked.
template<class Kernel>
cudaError_t allowShared(Kernel kernel, std::size_t shared)
{
  return shared <= 48 * 1024 ? cudaSuccess
                             : cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 static_cast<int>(shared));
}

template<class... Parameters, class... Arguments>
cudaError_t launch(void (*kernel)(Parameters...), dim3 grid, int threads, std::size_t shared,
  cudaStream_t stream, const Arguments&... arguments)
{
  if (grid.x == 0 || grid.y == 0 || grid.z == 0)
  {
    return cudaSuccess;
  }
  const auto allowed = allowShared(kernel, shared);
  if (allowed != cudaSuccess)
  {
    return allowed;
  }
  cudaLaunchConfig_t configuration{};
  configuration.gridDim = grid;
  configuration.blockDim = dim3(threads);
  configuration.dynamicSmemBytes = shared;
  configuration.stream = stream;
  return cudaLaunchKernelEx(&configuration, kernel, Parameters(arguments)...);
}
}
