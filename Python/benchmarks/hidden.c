// Answers for the CPUID instructions of the runtime's library that Python/benchmarks/instructions.py has replaced by traps:
// the processor's own answer, without the instructions that are wider than $INSTRUCTIONS names.
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static const char *names[] = {"SSE4.1", "AVX", "AVX2", "AVX-512", "AVX-512 VNNI"};
static int widest = 4;

static void answer(int number, siginfo_t *info, void *given) {
  (void)number, (void)info;
  greg_t *registers = ((ucontext_t *)given)->uc_mcontext.gregs;
  unsigned leaf = (unsigned)registers[REG_RAX], part = (unsigned)registers[REG_RCX], a, b, c, d;
  __cpuid_count(leaf, part, a, b, c, d);
  if (leaf == 1 && widest < 2) c &= ~(bit_FMA | bit_F16C);
  if (leaf == 1 && widest < 1) c &= ~bit_AVX;
  if (leaf == 7 && part == 0) {
    if (widest < 2) b &= ~bit_AVX2;
    if (widest < 3) b &= ~(bit_AVX512F | bit_AVX512DQ | bit_AVX512IFMA | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL);
    // Vector instructions that came with VNNI or after it, and AMX.
    if (widest < 4) c &= ~(1u << 1 | 1u << 6 | 1u << 8 | 1u << 11 | 1u << 12 | 1u << 14);
    if (widest < 4) d &= ~(1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25);
  }
  if (leaf == 7 && part == 1 && widest < 4) a &= ~(1u << 4 | 1u << 5 | 1u << 21), d = 0;
  registers[REG_RAX] = a, registers[REG_RBX] = b, registers[REG_RCX] = c, registers[REG_RDX] = d;
  // The trap has one byte, and the instruction had two.
  registers[REG_RIP] += 1;
}

__attribute__((constructor)) static void begin(void) {
  const char *wanted = getenv("INSTRUCTIONS");
  for (int i = 0; wanted && i < 5; i++)
    if (strcmp(wanted, names[i]) == 0) widest = i;
  struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGTRAP, &action, NULL);
}
