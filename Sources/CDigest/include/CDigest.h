// SHA-256, with the processor's own instructions where it has them.

#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// A digest that is being computed.
typedef struct {
  uint32_t state[8];
  uint64_t byteCount;
  uint8_t rest[64];
  // Whether to do without the processor's instructions.
  int isPortable;
} CDigestContext;

// Returns 1 where the processor has instructions for SHA-256, which are several times as fast.
int CDigestIsFast(void);

// As SHA256_Init, SHA256_Update and SHA256_Final of OpenSSL: `context` is a CDigestContext; all return 1.
int CDigestBegin(void *context);
int CDigestUpdate(void *context, const void *_Nullable bytes, size_t count);
int CDigestFinish(unsigned char *_Nullable digest, void *context);

#pragma clang assume_nonnull end
