#include "CKernels.h"

#if defined(__x86_64__)

#include <cpuid.h>

// Returns whether the system keeps the registers of 32 bytes when it changes threads.
static bool keepsWideRegisters(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6) == 6;
}

// Haswell and Broadwell, by the models of Intel's family 6; Zen 1 and 2 are AMD's family 23 and Hygon's 24.
static bool multipliesSlowly(unsigned signature) {
  static const unsigned char intel[] = {0x3c, 0x3d, 0x3f, 0x45, 0x46, 0x47, 0x4f, 0x56};
  unsigned family = signature >> 8 & 15, model = signature >> 4 & 15;
  if (family == 6 || family == 15) model |= signature >> 12 & 0xf0;
  if (family == 15) family += signature >> 20 & 255;
  if (family != 6) return family >= 15 && family <= 24;
  for (unsigned i = 0; i < sizeof intel; i++)
    if (model == intel[i]) return true;
  return false;
}

CKernelsProcessor CKernelsThisProcessor(void) {
  CKernelsProcessor found = {false, false, false};
  unsigned a, b, c, d, signature;
  if (!__get_cpuid(1, &signature, &b, &c, &d) || (c & bit_OSXSAVE) == 0 || !keepsWideRegisters()) return found;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  found.canCompute = (b & bit_AVX2) != 0;
  found.multipliesSlowly = multipliesSlowly(signature);
  found.hasDotProducts = (c & 1u << 11) != 0;
  if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) found.hasDotProducts |= (a & 1u << 4) != 0;
  return found;
}

#else

CKernelsProcessor CKernelsThisProcessor(void) { return (CKernelsProcessor){false, false, false}; }

#endif
