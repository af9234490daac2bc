// What the kernels share: attributes and the conversion of sums.

#ifndef VECTORS_H
#define VECTORS_H

#include <immintrin.h>

// Functions name their instructions, so that the rest of the program runs on processors without them.
#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline, target("avx2")))
#define UNROLLED _Pragma("clang loop unroll(full)")

// Planning makes sure that no product overflows 32 bits.
INLINE __m256i scaled(__m256i sums, __m256 scale) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale));
}

INLINE __m256i wide(const int8_t *from) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)from)); }

#endif
