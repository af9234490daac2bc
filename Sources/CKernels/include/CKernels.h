// Kernels for 8-bit convolutional networks on processors with AVX2, as a delegate of the runtime.
//
// They compute the first layers of a network, up to the first operator that they do not know, with the same bits as the
// runtime's own kernels. They take nothing where anything about the model is unusual: the runtime then computes it.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

// What the kernels ask of a processor.
typedef struct {
  // Whether it has the instructions, and the system keeps their registers.
  bool canCompute;
  // Whether it has dot products of bytes (VNNI), with which the runtime's kernels are faster than these.
  bool hasDotProducts;
  // Whether it begins only one multiplication of 32 bytes per cycle: then products of 16-bit numbers gain too little.
  bool multipliesSlowly;
} CKernelsProcessor;

// Returns what this processor has; nothing on other architectures.
CKernelsProcessor CKernelsThisProcessor(void);

// What a delegate did with a model.
typedef struct {
  // The operators that it took over, and all.
  int32_t taken, operators;
  // Its share of the model's multiplications.
  double share;
} CKernelsReport;

// Makes a delegate in the layout of the runtime's classic C interface for one model that runs on one thread. It fills in
// `report` while the model is prepared, and not later. If `onlyBytes`, it takes no model most of whose multiplications are of
// 16-bit numbers. Returns NULL where memory is lacking or this processor cannot compute.
void *CKernelsMakeDelegate(CKernelsReport *report, bool onlyBytes);

// Frees a delegate.
void CKernelsFreeDelegate(void *delegate);

#endif
