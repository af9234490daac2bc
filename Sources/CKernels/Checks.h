// Checks of what the runtime says of a model. Nothing in a file is trusted: what a check does not know, it refuses.

#ifndef CHECKS_H
#define CHECKS_H

#include "Kernels.h"
#include "Runtime.h"

// A value of [1, height, width, channels] that is computed, of 8 bits with one scale.
typedef struct {
  int height, width, channels;
  bool isUnsigned;
  float scale;
  // The zero point of the signed numbers.
  int32_t zero;
} Activations;

// The weights and bias of a layer.
typedef struct {
  int outputs, kernel, inputs;
  const void *values;
  bool isUnsigned;
  // The zero point of unsigned weights; signed ones have none.
  int32_t zero;
  // The number of scales is 1 or `outputs`.
  const float *scales;
  int scaleCount;
  const int32_t *bias;
  float biasScale;
} Filter;

bool CKernelsCheckActivations(const Context *context, int index, Activations *found);
// Checks the filter and bias of a node, whose outputs are the dimension `dimension` of the filter, 0 or 3.
bool CKernelsCheckFilter(const Context *context, const Node *node, int dimension, Filter *found);
// Returns whether the operator has so many inputs and one output, all of them values of the model.
bool CKernelsCheckNode(const Context *context, const Node *node, int inputs);
// Computes the padding before the first position. Returns whether the size of the result follows from that of the input.
bool CKernelsCheckPadding(int size, int kernel, int stride, int result, int padding, int *before);
// Computes the least and greatest value. Returns false for an unknown activation.
bool CKernelsCheckRange(int activation, const Activations *out, Range *range);
// Computes the factors that the runtime uses. Returns false where it refuses the scales.
bool CKernelsCheckSum(const Activations *a, const Activations *b, const Activations *out, SumFactors *factors);
// Estimates a node's multiplications; 0 for operators without weights.
double CKernelsMultiplications(const Context *context, const Node *node, int code);

#endif
