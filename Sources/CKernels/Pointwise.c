#if defined(__x86_64__)

#include "Kernels.h"
#include "Vectors.h"

#include <string.h>

// vpackssdw works in halves of 128 bits: with this order its result is in order.
const uint8_t CKernelsPanelOrder[16] = {0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15};

INLINE void store(int8_t *out, __m128i value, int columns) {
  if (columns == 16)
    _mm_storeu_si128((__m128i *)out, value);
  else
    _mm_storel_epi64((__m128i *)out, value);
}

// Requantises and stores a tile of sums.
INLINE void finish(__m256i sums[6][2], const int rows, const float *scale, Range range, int8_t *const *out, int columns) {
  const __m256 s0 = _mm256_loadu_ps(scale), s1 = _mm256_loadu_ps(scale + 8);
  const __m256i zero = _mm256_set1_epi16((int16_t)range.zero);
  const __m256i low = _mm256_set1_epi8((int8_t)range.low), high = _mm256_set1_epi8((int8_t)range.high);
  __m256i halves[6];
  UNROLLED
  for (int i = 0; i < rows; i++)
    halves[i] = _mm256_adds_epi16(_mm256_packs_epi32(scaled(sums[i][0], s0), scaled(sums[i][1], s1)), zero);
  UNROLLED
  for (int i = 0; i < rows; i += 2) {
    __m256i both = _mm256_packs_epi16(halves[i], halves[i + 1 < rows ? i + 1 : i]);
    both = _mm256_permute4x64_epi64(_mm256_min_epi8(_mm256_max_epi8(both, low), high), 0xD8);
    store(out[i], _mm256_castsi256_si128(both), columns);
    if (i + 1 < rows) store(out[i + 1], _mm256_extracti128_si256(both, 1), columns);
  }
}

// The number of rows is a constant after inlining, so that all sums stay in registers.
INLINE void tile(const int16_t *a, ptrdiff_t stride, const int rows, int k, const int16_t *weights, const int32_t *bias,
                 const float *scale, Range range, int8_t *const *out, int columns) {
  __m256i sums[6][2];
  const __m256i b0 = _mm256_loadu_si256((const __m256i *)bias), b1 = _mm256_loadu_si256((const __m256i *)(bias + 8));
  UNROLLED
  for (int i = 0; i < rows; i++) sums[i][0] = b0, sums[i][1] = b1;
  // The compiler is kept from seeing that the rows are equally far apart: it would add up their addresses one after the other.
  const int16_t *row[6];
  UNROLLED
  for (int i = 0; i < rows; i++) {
    row[i] = a + i * stride;
    __asm__("" : "+r"(row[i]));
  }
  for (ptrdiff_t p = 0; p < k; p += 2) {
    const __m256i w0 = _mm256_loadu_si256((const __m256i *)weights), w1 = _mm256_loadu_si256((const __m256i *)(weights + 16));
    weights += 32;
  UNROLLED
    for (int i = 0; i < rows; i++) {
      int32_t pair;
      memcpy(&pair, row[i] + p, 4);
      const __m256i x = _mm256_set1_epi32(pair);
      __m256i p0 = _mm256_madd_epi16(x, w0), p1 = _mm256_madd_epi16(x, w1);
      __asm__("" : "+x"(p0), "+x"(p1));  // both products before both sums: processors spread these better over their units
      sums[i][0] = _mm256_add_epi32(sums[i][0], p0);
      sums[i][1] = _mm256_add_epi32(sums[i][1], p1);
    }
  }
  finish(sums, rows, scale, range, out, columns);
}

AVX2 void CKernelsMultiplyWide(const int16_t *a, ptrdiff_t stride, int rows, int k, const int16_t *weights, const int32_t *bias,
                       const float *scale, Range range, int8_t *const *out, int columns) {
  while (rows > 0) {
    // No tile has one or two rows if the number allows it: 7 is 4 + 3, 8 is 4 + 4.
    int taken = rows == 7 || rows == 8 ? 4 : rows < 6 ? rows : 6;
    switch (taken) {
    case 1: tile(a, stride, 1, k, weights, bias, scale, range, out, columns); break;
    case 2: tile(a, stride, 2, k, weights, bias, scale, range, out, columns); break;
    case 3: tile(a, stride, 3, k, weights, bias, scale, range, out, columns); break;
    case 4: tile(a, stride, 4, k, weights, bias, scale, range, out, columns); break;
    case 5: tile(a, stride, 5, k, weights, bias, scale, range, out, columns); break;
    default: tile(a, stride, 6, k, weights, bias, scale, range, out, columns);
    }
    a += taken * stride, out += taken, rows -= taken;
  }
}

INLINE void bytes_tile(const uint8_t *a, ptrdiff_t stride, const int rows, const uint16_t *steps, int count,
                       const int8_t *weights, const int32_t *bias, const float *scale, Range range, int8_t *const *out,
                       int columns) {
  __m256i sums[6][2];
  const __m256i b0 = _mm256_loadu_si256((const __m256i *)bias), b1 = _mm256_loadu_si256((const __m256i *)(bias + 8));
  const __m256i ones = _mm256_set1_epi16(1);
  const uint8_t *row[4];
  UNROLLED
  for (int i = 0; i < rows; i++) {
    sums[i][0] = b0, sums[i][1] = b1;
    row[i] = a + i * stride;
    __asm__("" : "+r"(row[i]));
  }
  for (int s = 0; s < count; s++, weights += 128) {
    const ptrdiff_t at = steps[s];
    const __m256i *w = (const __m256i *)weights;
    const __m256i w0 = _mm256_loadu_si256(w), w1 = _mm256_loadu_si256(w + 1), w2 = _mm256_loadu_si256(w + 2),
                  w3 = _mm256_loadu_si256(w + 3);
  UNROLLED
    for (int i = 0; i < rows; i++) {
      int32_t four[2];
      memcpy(four, row[i] + at, 8);
      const __m256i x = _mm256_set1_epi32(four[0]), y = _mm256_set1_epi32(four[1]);
      __m256i p = _mm256_add_epi16(_mm256_maddubs_epi16(x, w0), _mm256_maddubs_epi16(y, w2));
      __m256i q = _mm256_add_epi16(_mm256_maddubs_epi16(x, w1), _mm256_maddubs_epi16(y, w3));
      p = _mm256_madd_epi16(p, ones), q = _mm256_madd_epi16(q, ones);
      sums[i][0] = _mm256_add_epi32(sums[i][0], p);
      sums[i][1] = _mm256_add_epi32(sums[i][1], q);
    }
  }
  finish(sums, rows, scale, range, out, columns);
}

AVX2 void CKernelsMultiplyBytes(const uint8_t *a, ptrdiff_t stride, int rows, const uint16_t *steps, int count,
                             const int8_t *weights, const int32_t *bias, const float *scale, Range range,
                             int8_t *const *out, int columns) {
  while (rows > 0) {
    int taken = rows == 5 ? 3 : rows < 4 ? rows : 4;
    switch (taken) {
    case 1: bytes_tile(a, stride, 1, steps, count, weights, bias, scale, range, out, columns); break;
    case 2: bytes_tile(a, stride, 2, steps, count, weights, bias, scale, range, out, columns); break;
    case 3: bytes_tile(a, stride, 3, steps, count, weights, bias, scale, range, out, columns); break;
    default: bytes_tile(a, stride, 4, steps, count, weights, bias, scale, range, out, columns);
    }
    a += taken * stride, out += taken, rows -= taken;
  }
}

#endif
