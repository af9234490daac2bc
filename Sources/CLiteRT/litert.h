// The part of LiteRT's C interface (2.3) that Imprint uses. The library is opened at run time, so functions are declared as
// pointer types, each named after its symbol.

#ifndef CLITERT_LITERT_H
#define CLITERT_LITERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Handles.
typedef struct LiteRtEnvironmentT *LiteRtEnvironment;
typedef struct LiteRtModelT *LiteRtModel;
typedef struct LiteRtOptionsT *LiteRtOptions;
typedef struct LiteRtOpaqueOptionsT *LiteRtOpaqueOptions;
typedef struct LiteRtCompiledModelT *LiteRtCompiledModel;
typedef struct LiteRtTensorBufferT *LiteRtTensorBuffer;
typedef struct LiteRtSignatureT *LiteRtSignature;
typedef struct LiteRtTensorT *LiteRtTensor;
typedef struct LiteRtAcceleratorT *LiteRtAccelerator;

// 0 is success.
typedef int32_t LiteRtStatus;

// A value of one of several types, for the options of an environment.
typedef enum : int32_t {
  kLiteRtAnyTypeInt = 2,
} LiteRtAnyType;

typedef struct {
  LiteRtAnyType type;
  union {
    int64_t int_value;
  };
} LiteRtAny;

typedef enum : int32_t {
  kLiteRtEnvOptionTagAutoRegisterAccelerators = 24,
  kLiteRtEnvOptionTagMinLoggerSeverity = 25,
} LiteRtEnvOptionTag;

typedef struct {
  LiteRtEnvOptionTag tag;
  LiteRtAny value;
} LiteRtEnvOption;

// Severities of the log.
enum {
  kLiteRtLogSeverityVerbose = 0,
  kLiteRtLogSeveritySilent = 4,
};

// A set of hardware, one bit each.
enum {
  kLiteRtHwAcceleratorCpu = 1,
};

// The destination of the errors of a compiled model: a buffer for LiteRtCompiledModelGetErrorMessages.
enum {
  kLiteRtErrorReporterModeBuffer = 2,
};

// The shape of a tensor.
enum { kLiteRtTensorMaxRank = 8 };

typedef struct {
  unsigned int rank : 7;
  unsigned int has_strides : 1;
  int32_t dimensions[kLiteRtTensorMaxRank];
  uint32_t strides[kLiteRtTensorMaxRank];
} LiteRtLayout;

// Element types have the numbers of TensorFlow Lite's TfLiteType.
typedef enum : int32_t {
  kLiteRtElementTypeNone = 0,
  kLiteRtElementTypeFloat32 = 1,
  kLiteRtElementTypeInt32 = 2,
  kLiteRtElementTypeUInt8 = 3,
  kLiteRtElementTypeInt64 = 4,
  kLiteRtElementTypeBool = 6,
  kLiteRtElementTypeInt16 = 7,
  kLiteRtElementTypeInt8 = 9,
  kLiteRtElementTypeFloat16 = 10,
  kLiteRtElementTypeFloat64 = 11,
  kLiteRtElementTypeUInt64 = 13,
  kLiteRtElementTypeUInt32 = 16,
  kLiteRtElementTypeUInt16 = 17,
} LiteRtElementType;

typedef struct {
  LiteRtElementType element_type;
  LiteRtLayout layout;
} LiteRtRankedTensorType;

typedef enum : int32_t {
  kLiteRtTensorBufferTypeHostMemory = 1,
} LiteRtTensorBufferType;

typedef enum : int32_t {
  kLiteRtTensorBufferLockModeRead = 0,
  kLiteRtTensorBufferLockModeWrite = 1,
} LiteRtTensorBufferLockMode;

// Functions.
typedef LiteRtStatus (*LiteRtCreateEnvironment)(int, const LiteRtEnvOption *, LiteRtEnvironment *);
typedef void (*LiteRtDestroyEnvironment)(LiteRtEnvironment);

typedef LiteRtStatus (*LiteRtCreateModelFromBuffer)(LiteRtEnvironment, const void *, size_t, LiteRtModel *);
typedef void (*LiteRtDestroyModel)(LiteRtModel);

typedef LiteRtStatus (*LiteRtGetModelSignature)(LiteRtModel, size_t, LiteRtSignature *);
typedef LiteRtStatus (*LiteRtGetNumSignatureInputs)(LiteRtSignature, size_t *);
typedef LiteRtStatus (*LiteRtGetNumSignatureOutputs)(LiteRtSignature, size_t *);
typedef LiteRtStatus (*LiteRtGetSignatureInputTensorByIndex)(LiteRtSignature, size_t, LiteRtTensor *);
typedef LiteRtStatus (*LiteRtGetSignatureOutputTensorByIndex)(LiteRtSignature, size_t, LiteRtTensor *);
typedef LiteRtStatus (*LiteRtGetRankedTensorType)(LiteRtTensor, LiteRtRankedTensorType *);

typedef LiteRtStatus (*LiteRtCreateOptions)(LiteRtOptions *);
typedef void (*LiteRtDestroyOptions)(LiteRtOptions);
typedef LiteRtStatus (*LiteRtSetOptionsHardwareAccelerators)(LiteRtOptions, int);
typedef LiteRtStatus (*LiteRtAddOpaqueOptions)(LiteRtOptions, LiteRtOpaqueOptions);
typedef LiteRtStatus (*LiteRtCreateOpaqueOptions)(
    const char *, void *, void (*)(void *), LiteRtOpaqueOptions *);
typedef void (*LiteRtDestroyOpaqueOptions)(LiteRtOpaqueOptions);

typedef LiteRtStatus (*LiteRtCreateCompiledModel)(
    LiteRtEnvironment, LiteRtModel, LiteRtOptions, LiteRtCompiledModel *);
typedef LiteRtStatus (*LiteRtRunCompiledModel)(
    LiteRtCompiledModel, size_t, size_t, LiteRtTensorBuffer *, size_t, LiteRtTensorBuffer *);
typedef LiteRtStatus (*LiteRtCompiledModelGetErrorMessages)(LiteRtCompiledModel, char **);
typedef LiteRtStatus (*LiteRtCompiledModelClearErrors)(LiteRtCompiledModel);
typedef LiteRtStatus (*LiteRtGetCompiledModelOutputTensorLayouts)(
    LiteRtCompiledModel, size_t, size_t, LiteRtLayout *, bool);
typedef void (*LiteRtDestroyCompiledModel)(LiteRtCompiledModel);

typedef LiteRtStatus (*LiteRtCreateManagedTensorBuffer)(
    LiteRtEnvironment, LiteRtTensorBufferType, const LiteRtRankedTensorType *, size_t, LiteRtTensorBuffer *);
typedef LiteRtStatus (*LiteRtLockTensorBuffer)(LiteRtTensorBuffer, void **, LiteRtTensorBufferLockMode);
typedef LiteRtStatus (*LiteRtUnlockTensorBuffer)(LiteRtTensorBuffer);
typedef void (*LiteRtDestroyTensorBuffer)(LiteRtTensorBuffer);

// Accelerators. The environment asks each for a delegate when it prepares a model.
typedef LiteRtStatus (*LiteRtCreateAccelerator)(LiteRtAccelerator *);
typedef LiteRtStatus (*LiteRtSetAcceleratorGetName)(
    LiteRtAccelerator, LiteRtStatus (*)(const void *, const char **));
typedef LiteRtStatus (*LiteRtSetAcceleratorGetVersion)(
    LiteRtAccelerator, LiteRtStatus (*)(const void *, int32_t *));
typedef LiteRtStatus (*LiteRtSetAcceleratorGetHardwareSupport)(
    LiteRtAccelerator, LiteRtStatus (*)(const void *, int32_t *));
typedef LiteRtStatus (*LiteRtSetDelegateFunction)(
    LiteRtAccelerator, LiteRtStatus (*)(void *, void *, const void *, void *, void **));
typedef LiteRtStatus (*LiteRtRegisterAccelerator)(LiteRtEnvironment, LiteRtAccelerator, void *, void (*)(void *));

// An accelerator that is part of the library. The version holds the size of the structure; others are laid out differently.
enum { kLiteRtAcceleratorDefVersion = 0x100c8 };

typedef struct {
  int32_t version;
  LiteRtStatus (*get_name)(const void *, const char **);
  LiteRtStatus (*get_version)(const void *, int32_t *);
  LiteRtStatus (*get_hardware_support)(const void *, int32_t *);
  LiteRtStatus (*is_delegate_responsible_for_jit_compilation)(const void *, bool *);
  LiteRtStatus (*create_delegate)(void *, void *, const void *, void *, void **);
} LiteRtAcceleratorDef;

// A variable: the accelerator for the processor.
typedef const LiteRtAcceleratorDef *const *LiteRtStaticLinkedAcceleratorCpuDef;

// Replaces C's standard error stream and returns the previous one. The runtime writes part of its log there whatever its
// severity setting, and offers no other way to keep it from a user's terminal.
static inline FILE *CLiteRTExchangeStandardError(FILE *stream) {
#if defined(__APPLE__)
  FILE *previous = __stderrp;
  __stderrp = stream;
#else
  FILE *previous = stderr;
  stderr = stream;
#endif
  return previous;
}

#endif
