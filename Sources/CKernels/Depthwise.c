#if defined(__x86_64__)

#include "Kernels.h"
#include "Vectors.h"

INLINE __m256i requantized(__m256i sum0, __m256i sum1, const float *scale, __m256i zero, __m256i low, __m256i high) {
  const __m256i value = _mm256_packs_epi32(scaled(sum0, _mm256_loadu_ps(scale)), scaled(sum1, _mm256_loadu_ps(scale + 8)));
  return _mm256_min_epi16(_mm256_max_epi16(_mm256_adds_epi16(value, zero), low), high);
}

// Two times 16 numbers as bytes, plus 128.
INLINE __m256i shifted(__m256i a, __m256i b) {
  return _mm256_xor_si256(_mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8), _mm256_set1_epi8(-128));
}

// Two rows of one or two positions, 16 channels. A column's rows are interleaved in pairs once, for all taps of both rows:
// the second row's weights are one tap further down.
INLINE void depthwiseBlock(const int8_t *in, ptrdiff_t row, ptrdiff_t column, const int kernel, const int columns,
                            const int16_t *weights, const int32_t *bias, const float *scale, __m256i zero, __m256i low,
                            __m256i high, const int bytes, void *out, ptrdiff_t stride, ptrdiff_t next) {
  const int pairs = (kernel + 1) / 2;
  __m256i sums[2][2][2];
  UNROLLED
  for (int i = 0; i < 8; i++) sums[i / 4][i / 2 % 2][i % 2] = _mm256_loadu_si256((const __m256i *)(bias + i % 2 * 8));
  UNROLLED
  for (int x = 0; x < kernel + columns - 1; x++)
  UNROLLED
    for (int p = 0; p < pairs; p++) {
      const __m256i upper = wide(in + 2 * p * row + x * column), lower = wide(in + (2 * p + 1) * row + x * column);
      const __m256i halves[2] = {_mm256_unpacklo_epi16(upper, lower), _mm256_unpackhi_epi16(upper, lower)};
  UNROLLED
      for (int j = 0; j < columns; j++) {
        const int tap = x - j;
        if (tap < 0 || tap >= kernel) continue;
        const __m256i *w = (const __m256i *)weights + (tap * pairs + p) * 4;
        // The compiler would keep all weights for later, and sums apart, in more registers than there are.
        __asm__("" : "+r"(w));
  UNROLLED
        for (int i = 0; i < 4; i++) {
          sums[i / 2][j][i % 2] =
              _mm256_add_epi32(sums[i / 2][j][i % 2], _mm256_madd_epi16(halves[i % 2], _mm256_loadu_si256(w + i)));
          __asm__("" : "+x"(sums[i / 2][j][i % 2]));
        }
      }
    }
  UNROLLED
  for (int j = 0; j < columns; j++) {
    const __m256i above = requantized(sums[0][j][0], sums[0][j][1], scale, zero, low, high);
    const __m256i below = requantized(sums[1][j][0], sums[1][j][1], scale, zero, low, high);
    if (bytes) {
      const __m256i both = shifted(above, below);
      _mm_storeu_si128((__m128i *)((uint8_t *)out + j * stride), _mm256_castsi256_si128(both));
      _mm_storeu_si128((__m128i *)((uint8_t *)out + next + j * stride), _mm256_extracti128_si256(both, 1));
    } else {
      _mm256_storeu_si256((__m256i *)((int16_t *)out + j * stride), above);
      _mm256_storeu_si256((__m256i *)((int16_t *)out + next + j * stride), below);
    }
  }
}

// One row of any step, 16 channels at a time: pairs of taps are interleaved for vpmaddwd.
INLINE void depthwiseRow(const int8_t *in, ptrdiff_t row, ptrdiff_t column, int step, const int kernel, int width,
                          const int16_t *weights, const int32_t *bias, const float *scale, __m256i zero, __m256i low,
                          __m256i high, const int bytes, void *out, ptrdiff_t stride) {
  const int taps = kernel * kernel;
  for (int x = 0; x < width; x++, in += step * column) {
    __m256i sum0 = _mm256_loadu_si256((const __m256i *)bias), sum1 = _mm256_loadu_si256((const __m256i *)(bias + 8));
  UNROLLED
    for (int t = 0; t < taps; t += 2) {
      const __m256i first = wide(in + t / kernel * row + t % kernel * column);
      const __m256i second =
          t + 1 < taps ? wide(in + (t + 1) / kernel * row + (t + 1) % kernel * column) : _mm256_setzero_si256();
      const __m256i *w = (const __m256i *)(weights + t * 16);
      __asm__("" : "+r"(w));
      sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(_mm256_unpacklo_epi16(first, second), _mm256_loadu_si256(w)));
      sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(_mm256_unpackhi_epi16(first, second), _mm256_loadu_si256(w + 1)));
      __asm__("" : "+x"(sum0), "+x"(sum1));
    }
    const __m256i value = requantized(sum0, sum1, scale, zero, low, high);
    if (bytes)
      _mm_storeu_si128((__m128i *)((uint8_t *)out + x * stride), _mm256_castsi256_si128(shifted(value, value)));
    else
      _mm256_storeu_si256((__m256i *)((int16_t *)out + x * stride), value);
  }
}

// The kernel is a constant after inlining, and so is whether the result is bytes.
INLINE void depthwiseRows(
    Windows windows, const int kernel, const int16_t *weights, const int16_t *doubled, const int32_t *bias,
    const float *scale, Range range, const int bytes, void *given, ptrdiff_t stride) {
  const __m256i zero = _mm256_set1_epi16((int16_t)range.zero);
  const __m256i low = _mm256_set1_epi16((int16_t)range.low), high = _mm256_set1_epi16((int16_t)range.high);
  const ptrdiff_t taps = (kernel * kernel + 1) / 2 * 2, pairs = kernel * ((kernel + 1) / 2) * 4;
  const ptrdiff_t next = windows.width * stride, size = bytes ? 1 : 2;
  const ptrdiff_t row = windows.row, column = windows.column;
  const int8_t *in = windows.in;
  uint8_t *out = given;
  int y = 0;
  if (windows.stride == 1)
    for (; y + 1 < windows.rows; y += 2, in += 2 * row, out += 2 * next * size)
      // 64 channels of a position share a line of the cache.
      for (int c = 0; c < windows.channels; c += 64)
        for (int d = c; d < c + 64 && d < windows.channels; d += 16) {
          const int16_t *w = doubled + d * pairs;
          int x = 0;
          for (; x + 1 < windows.width; x += 2)
            depthwiseBlock(
                in + x * column + d, row, column, kernel, 2, w, bias + d, scale + d, zero, low, high, bytes,
                out + (x * stride + d) * size, stride, next);
          for (; x < windows.width; x++)
            depthwiseBlock(
                in + x * column + d, row, column, kernel, 1, w, bias + d, scale + d, zero, low, high, bytes,
                out + (x * stride + d) * size, stride, next);
        }
  for (; y < windows.rows; y++, out += next * size)
    for (int d = 0; d < windows.channels; d += 16)
      depthwiseRow(
          in + (windows.stride == 1 ? 0 : y * windows.stride * row) + d, row, column, windows.stride, kernel,
          windows.width, weights + d * taps, bias + d, scale + d, zero, low, high, bytes, out + d * size, stride);
}

AVX2 void CKernelsDepthwiseWide(
    Windows windows, const int16_t *pairs, const int16_t *doubled, const int32_t *bias, const float *scale, Range range,
    int16_t *out, ptrdiff_t stride) {
  if (windows.kernel == 3)
    depthwiseRows(windows, 3, pairs, doubled, bias, scale, range, 0, out, stride);
  else
    depthwiseRows(windows, 5, pairs, doubled, bias, scale, range, 0, out, stride);
}

AVX2 void CKernelsDepthwiseBytes(
    Windows windows, const int16_t *pairs, const int16_t *doubled, const int32_t *bias, const float *scale, Range range,
    uint8_t *out, ptrdiff_t stride) {
  if (windows.kernel == 3)
    depthwiseRows(windows, 3, pairs, doubled, bias, scale, range, 1, out, stride);
  else
    depthwiseRows(windows, 5, pairs, doubled, bias, scale, range, 1, out, stride);
}

#endif
