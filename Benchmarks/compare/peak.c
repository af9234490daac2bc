// Measures what one core of this processor reaches at most: multiply-adds of 8-bit integers and of 64-bit floats, in loops that
// touch no memory, and bytes read from memory. Compile it with -O3 -march=native, for the processor's widest instructions.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Enough sums that no instruction waits for the one before.
enum { SUMS = 12, TURNS = 1 << 21, BYTES = 1 << 28, REPEATS = 5 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// One instruction, or the fewest, that multiplies and adds PAIRS pairs of 8-bit integers into 32-bit sums.
#if defined(__AVX512VNNI__)
typedef __m512i Integers;
enum { PAIRS = 64 };
#define NAME "vpdpbusd, 512 bits"
#define MULTIPLY_ADD(sum, one, other) _mm512_dpbusd_epi32(sum, one, other)
#elif defined(__AVXVNNI__)
typedef __m256i Integers;
enum { PAIRS = 32 };
#define NAME "vpdpbusd, 256 bits"
#define MULTIPLY_ADD(sum, one, other) _mm256_dpbusd_avx_epi32(sum, one, other)
#elif defined(__AVX512BW__)
typedef __m512i Integers;
enum { PAIRS = 32 };
#define NAME "vpmaddwd, 512 bits"
#define MULTIPLY_ADD(sum, one, other) _mm512_add_epi32(sum, _mm512_madd_epi16(one, other))
#elif defined(__AVX2__)
typedef __m256i Integers;
enum { PAIRS = 16 };
#define NAME "vpmaddwd, 256 bits"
#define MULTIPLY_ADD(sum, one, other) _mm256_add_epi32(sum, _mm256_madd_epi16(one, other))
#elif defined(__SSE2__)
typedef __m128i Integers;
enum { PAIRS = 8 };
#define NAME "pmaddwd"
#define MULTIPLY_ADD(sum, one, other) _mm_add_epi32(sum, _mm_madd_epi16(one, other))
#elif defined(__ARM_FEATURE_DOTPROD)
typedef int32x4_t Integers;
enum { PAIRS = 16 };
#define NAME "sdot"
#define MULTIPLY_ADD(sum, one, other) vdotq_s32(sum, vreinterpretq_s8_s32(one), vreinterpretq_s8_s32(other))
#else
typedef int32_t Integers __attribute__((vector_size(16)));
enum { PAIRS = 4 };
#define NAME "32-bit vectors"
#define MULTIPLY_ADD(sum, one, other) ((sum) + (one) * (other))
#endif

// Hides from the compiler that a value stays the same, so that it does not move the work out of the loop.
#if defined(__x86_64__)
#define HIDE(value) __asm__ volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define HIDE(value) __asm__ volatile("" : "+w"(value))
#else
#define HIDE(value) ((void)(value))
#endif

static double peak_integers(void) {
  Integers sums[SUMS], one, other;
  memset(sums, 0, sizeof sums);
  memset(&one, 1, sizeof one);
  memset(&other, 1, sizeof other);
  double start = now();
  for (int turn = 0; turn < TURNS; turn++) {
#pragma GCC unroll 12
    for (int place = 0; place < SUMS; place++) {
      HIDE(one);
      sums[place] = MULTIPLY_ADD(sums[place], one, other);
    }
  }
  double seconds = now() - start;
  volatile unsigned char kept = 0;
  for (size_t place = 0; place < sizeof sums; place++) kept ^= ((unsigned char *)sums)[place];
  (void)kept;
  return (double)PAIRS * SUMS * TURNS / seconds;
}

#if defined(__AVX512F__)
enum { DOUBLES = 8 };
#elif defined(__AVX__)
enum { DOUBLES = 4 };
#else
enum { DOUBLES = 2 };
#endif
typedef double Floats __attribute__((vector_size(8 * DOUBLES)));

static double peak_floats(void) {
  Floats sums[SUMS], one, other;
  memset(sums, 0, sizeof sums);
  for (int lane = 0; lane < DOUBLES; lane++) {
    one[lane] = 1.0 + 1e-9;
    other[lane] = 1e-9;
  }
  double start = now();
  for (int turn = 0; turn < TURNS; turn++) {
    HIDE(one);
#pragma GCC unroll 12
    for (int place = 0; place < SUMS; place++) sums[place] = sums[place] * one + other;
  }
  double seconds = now() - start;
  volatile double kept = 0;
  for (int place = 0; place < SUMS; place++) kept += sums[place][0];
  (void)kept;
  return (double)DOUBLES * SUMS * TURNS / seconds;
}

static double peak_memory(const uint64_t *words) {
  double start = now();
  uint64_t sum = 0;
  for (size_t place = 0; place < BYTES / sizeof *words; place++) sum += words[place];
  double seconds = now() - start;
  volatile uint64_t kept = sum;
  (void)kept;
  return BYTES / seconds;
}

int main(void) {
  uint64_t *words = malloc(BYTES);
  if (!words) return 1;
  memset(words, 1, BYTES);
  double integers = 0, floats = 0, bytes = 0;
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    double found = peak_integers();
    if (found > integers) integers = found;
    found = peak_floats();
    if (found > floats) floats = found;
    found = peak_memory(words);
    if (found > bytes) bytes = found;
  }
  printf("{\"instruction\": \"%s\", \"integers\": %.4g, \"floats\": %.4g, \"bytes\": %.4g}\n", NAME, integers, floats, bytes);
  free(words);
  return 0;
}
