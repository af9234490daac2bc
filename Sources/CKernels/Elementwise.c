#if defined(__x86_64__)

#include "Kernels.h"
#include "Vectors.h"

AVX2 void CKernelsShift(const int8_t *in, uint8_t *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += 16)
    _mm_storeu_si128((__m128i *)(out + i), _mm_xor_si128(_mm_loadu_si128((const __m128i *)(in + i)), _mm_set1_epi8(-128)));
}

AVX2 void CKernelsWiden(const int8_t *in, int16_t *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += 16)
    _mm256_storeu_si256((__m256i *)(out + i), _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(in + i))));
}

AVX2 void CKernelsAdd(const int8_t *a, const int8_t *b, ptrdiff_t count, SumFactors factors, Range range, int8_t *out) {
  const __m256i bias = _mm256_set1_epi32(factors.bias), ma = _mm256_set1_epi32(factors.first), mb = _mm256_set1_epi32(factors.second);
  const __m128i zero = _mm_set1_epi16((int16_t)range.zero), shift = _mm_cvtsi32_si128(factors.shift);
  for (ptrdiff_t i = 0; i < count; i += 8) {
    __m256i x = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(a + i)));
    __m256i y = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(b + i)));
    x = _mm256_add_epi32(_mm256_add_epi32(bias, _mm256_mullo_epi32(x, ma)), _mm256_mullo_epi32(y, mb));
    x = _mm256_sra_epi32(x, shift);
    __m128i z = _mm_adds_epi16(_mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1)), zero);
    z = _mm_packs_epi16(z, z);
    z = _mm_min_epi8(_mm_max_epi8(z, _mm_set1_epi8((int8_t)range.low)), _mm_set1_epi8((int8_t)range.high));
    _mm_storel_epi64((__m128i *)(out + i), z);
  }
}

#endif
