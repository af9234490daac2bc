#include "CDigest.h"

#include <string.h>

// The first 32 bits of the fractions of the cube roots of the first 64 primes.
static const uint32_t constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotated(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static void addPortably(uint32_t state[8], const uint8_t *bytes, size_t blocks) {
  for (; blocks > 0; blocks--, bytes += 64) {
    uint32_t words[64];
    for (int i = 0; i < 16; i++) {
      const uint8_t *at = bytes + 4 * i;
      words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int i = 16; i < 64; i++) {
      uint32_t early = words[i - 15], late = words[i - 2];
      uint32_t first = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3;
      uint32_t second = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10;
      words[i] = words[i - 16] + first + words[i - 7] + second;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
      uint32_t choice = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
      uint32_t one = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + constants[i] + words[i];
      uint32_t two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority;
      h = g, g = f, f = e, e = d + one;
      d = c, c = b, b = a, a = one + two;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

int CDigestIsFast(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

// The instructions keep the state as a, b, e, f and c, d, g, h.
__attribute__((target("sha,sse4.1,ssse3"))) static void addFast(
  uint32_t state[8], const uint8_t *bytes, size_t blocks) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i front = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i back = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(front, back, 8);
  __m128i cdgh = _mm_blend_epi16(back, front, 0xF0);
  for (; blocks > 0; blocks--, bytes += 64) {
    __m128i abefBefore = abef, cdghBefore = cdgh, words[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      // Of the last sixteen words, words[i & 3] holds the oldest four.
      __m128i *now = &words[i & 3], *last = &words[(i + 3) & 3];
      if (i < 4) {
        *now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), order);
      } else {
        __m128i sum = _mm_add_epi32(
          _mm_sha256msg1_epu32(*now, words[(i + 1) & 3]), _mm_alignr_epi8(*last, words[(i + 2) & 3], 4));
        *now = _mm_sha256msg2_epu32(sum, *last);
      }
      __m128i round = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(constants + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, round);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(round, 0x0E));
    }
    abef = _mm_add_epi32(abef, abefBefore);
    cdgh = _mm_add_epi32(cdgh, cdghBefore);
  }
  front = _mm_shuffle_epi32(abef, 0x1B);
  back = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(front, back, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(back, front, 8));
}

#else

int CDigestIsFast(void) { return 0; }

static void addFast(uint32_t state[8], const uint8_t *bytes, size_t blocks) { addPortably(state, bytes, blocks); }

#endif

static void add(CDigestContext *context, const uint8_t *bytes, size_t blocks) {
  (context->isPortable ? addPortably : addFast)(context->state, bytes, blocks);
}

int CDigestBegin(void *given) {
  CDigestContext *context = given;
  // The first 32 bits of the fractions of the square roots of the first eight primes.
  static const uint32_t start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  memcpy(context->state, start, sizeof start);
  context->byteCount = 0;
  context->isPortable = !CDigestIsFast();
  return 1;
}

int CDigestUpdate(void *given, const void *bytes, size_t count) {
  CDigestContext *context = given;
  const uint8_t *next = bytes;
  if (count == 0) return 1;
  size_t held = context->byteCount % 64;
  context->byteCount += count;
  if (held > 0) {
    size_t taken = count < 64 - held ? count : 64 - held;
    memcpy(context->rest + held, next, taken);
    next += taken;
    count -= taken;
    if (held + taken < 64) return 1;
    add(context, context->rest, 1);
  }
  add(context, next, count / 64);
  if (count % 64 > 0) memcpy(context->rest, next + (count - count % 64), count % 64);
  return 1;
}

int CDigestFinish(unsigned char *digest, void *given) {
  CDigestContext *context = given;
  uint64_t bits = context->byteCount * 8;
  size_t held = context->byteCount % 64;
  // A one, zeros, and the number of bits in the last eight bytes of a block.
  uint8_t end[128] = {0x80};
  size_t zeros = (held < 56 ? 56 : 120) - held;
  for (int i = 0; i < 8; i++) end[zeros + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
  CDigestUpdate(context, end, zeros + 8);
  if (digest == NULL) return 1;
  for (int i = 0; i < 32; i++) digest[i] = (unsigned char)(context->state[i / 4] >> (24 - 8 * (i % 4)));
  return 1;
}
