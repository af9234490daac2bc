#if defined(__x86_64__)

#include "Checks.h"

#include <math.h>
#include <string.h>

// Larger sides and more channels than networks for pictures have; products of four of them fit in 64 bits.
enum { MostSide = 1 << 13, MostChannels = 1 << 14, MostKernel = 64 };

static const Value *valueAt(const Context *context, int index) {
  if (index < 0 || (size_t)index >= context->count) return NULL;
  const Value *value = &context->values[index];
  return value->dims != NULL ? value : NULL;
}

// Returns whether a value has 8-bit elements of four dimensions, all within bounds, whose product is its size.
static bool hasFourDimensions(const Value *value) {
  if (value->type != TypeUInt8 && value->type != TypeInt8) return false;
  if (value->dims->size != 4 || value->sparsity != NULL) return false;
  const int *dims = value->dims->data;
  if (dims[0] < 1 || dims[0] > MostChannels || dims[1] < 1 || dims[1] > MostSide) return false;
  if (dims[2] < 1 || dims[2] > MostSide || dims[3] < 1 || dims[3] > MostChannels) return false;
  return value->bytes == (uint64_t)dims[0] * (uint64_t)dims[1] * (uint64_t)dims[2] * (uint64_t)dims[3];
}

// Returns the scales and zero points of a value with `count` of each, which agree with what else the runtime says of it.
static const Affine *quantization(const Value *value) {
  const Affine *affine = value->quantization.params;
  if (value->quantization.type != QuantizationAffine || affine == NULL) return NULL;
  if (affine->scale == NULL || affine->zero == NULL || affine->scale->size < 1) return NULL;
  if (affine->zero->size != affine->scale->size && affine->zero->size != 1) return NULL;
  for (int i = 0; i < affine->scale->size; i++)
    if (!isnormal(affine->scale->data[i]) || affine->scale->data[i] < 0) return NULL;
  return affine;
}

bool CKernelsCheckActivations(const Context *context, int index, Activations *found) {
  const Value *value = valueAt(context, index);
  if (value == NULL || !hasFourDimensions(value) || value->dims->data[0] != 1) return false;
  if (value->allocation == AllocationConstant || value->isVariable || value->delegate != NULL) return false;
  if (value->signature != NULL && value->signature->size > 0) {
    if (value->signature->size != 4) return false;
    for (int i = 0; i < 4; i++)
      if (value->signature->data[i] != value->dims->data[i]) return false;
  }
  const Affine *affine = quantization(value);
  if (affine == NULL || affine->scale->size != 1 || affine->zero->size != 1) return false;
  if (affine->scale->data[0] != value->params.scale || affine->zero->data[0] != value->params.zero) return false;
  const bool isUnsigned = value->type == TypeUInt8;
  const int64_t zero = (int64_t)value->params.zero - (isUnsigned ? 128 : 0);
  if (zero < -128 || zero > 127) return false;
  *found = (Activations){
    .height = value->dims->data[1],
    .width = value->dims->data[2],
    .channels = value->dims->data[3],
    .isUnsigned = isUnsigned,
    .scale = value->params.scale,
    .zero = (int32_t)zero,
  };
  return true;
}

static bool isConstant(const Value *value) {
  return value->allocation == AllocationConstant && value->data != NULL && !value->isVariable && value->sparsity == NULL;
}

bool CKernelsCheckFilter(const Context *context, const Node *node, int dimension, Filter *found) {
  const Value *filter = valueAt(context, node->inputs->data[1]), *bias = valueAt(context, node->inputs->data[2]);
  if (filter == NULL || bias == NULL || !isConstant(filter) || !isConstant(bias) || !hasFourDimensions(filter)) return false;
  const int *dims = filter->dims->data;
  const int outputs = dims[dimension];
  if (dims[1] != dims[2] || dims[1] > MostKernel || (dimension == 3 && dims[0] != 1)) return false;
  const Affine *affine = quantization(filter);
  if (affine == NULL || (affine->scale->size != 1 && affine->scale->size != outputs)) return false;
  const bool isUnsigned = filter->type == TypeUInt8;
  if (isUnsigned && (affine->scale->size != 1 || affine->zero->size != 1)) return false;
  if (affine->scale->size > 1 && affine->dimension != dimension) return false;
  if (affine->scale->size == 1 && affine->scale->data[0] != filter->params.scale) return false;
  if (isUnsigned && (affine->zero->data[0] < 0 || affine->zero->data[0] > 255)) return false;
  for (int i = 0; i < affine->zero->size; i++)
    if (!isUnsigned && affine->zero->data[i] != 0) return false;
  if (bias->type != TypeInt32 || bias->dims->size != 1 || bias->dims->data[0] != outputs) return false;
  if (bias->bytes != (size_t)outputs * sizeof(int32_t) || (uintptr_t)bias->data % sizeof(int32_t) != 0) return false;
  // The runtime refuses other biases, or computes them with other kernels, whose results differ by one at times.
  const Affine *biases = quantization(bias);
  if (biases == NULL || biases->scale->size != affine->scale->size) return false;
  for (int i = 0; i < biases->zero->size; i++)
    if (biases->zero->data[i] != 0) return false;
  *found = (Filter){
    .outputs = outputs,
    .kernel = dims[1],
    .inputs = dims[3],
    .values = filter->data,
    .isUnsigned = isUnsigned,
    .zero = isUnsigned ? affine->zero->data[0] : 0,
    .scales = affine->scale->data,
    .scaleCount = affine->scale->size,
    .bias = bias->data,
    .biasScale = biases->scale->data[0],
  };
  return true;
}

bool CKernelsCheckNode(const Context *context, const Node *node, int inputs) {
  if (node->inputs == NULL || node->inputs->size != inputs || node->outputs == NULL || node->outputs->size != 1) return false;
  for (int i = 0; i < inputs; i++)
    if (valueAt(context, node->inputs->data[i]) == NULL) return false;
  return valueAt(context, node->outputs->data[0]) != NULL;
}

bool CKernelsCheckPadding(int size, int kernel, int stride, int result, int padding, int *before) {
  *before = 0;
  if (padding == PaddingValid) return size >= kernel && result == (size - kernel) / stride + 1;
  if (padding != PaddingSame || result != (size + stride - 1) / stride) return false;
  const int all = (result - 1) * stride + kernel - size;
  *before = all > 0 ? all / 2 : 0;
  return true;
}

bool CKernelsCheckRange(int activation, const Activations *out, Range *range) {
  *range = (Range){.zero = out->zero, .low = -128, .high = 127};
  if (activation == ActivationNone) return true;
  if (activation != ActivationRelu && activation != ActivationRelu6) return false;
  range->low = out->zero;
  if (activation == ActivationRelu) return true;
  const float six = rintf(6 / out->scale) + (float)out->zero;
  if (six < (float)range->high) range->high = (int32_t)six;
  return true;
}

bool CKernelsCheckSum(const Activations *a, const Activations *b, const Activations *out, SumFactors *factors) {
  const float first = a->scale / out->scale, second = b->scale / out->scale;
  // The runtime's bounds.
  const float least = 0x1p-10f, most = 0x1p8f;
  if (!(first >= least && first < most && second >= least && second < most)) return false;
  const int shift = 20 - ilogbf(fmaxf(first, second));
  factors->first = (int32_t)lrintf(ldexpf(first, shift));
  factors->second = (int32_t)lrintf(ldexpf(second, shift));
  factors->shift = shift;
  factors->bias = (1 << (shift - 1)) - factors->first * a->zero - factors->second * b->zero;
  return true;
}

double CKernelsMultiplications(const Context *context, const Node *node, int code) {
  const bool hasWeights = code == OperatorConvolution || code == OperatorDepthwise || code == OperatorFullyConnected ||
                          code == OperatorTransposedConvolution;
  if (!hasWeights || node->inputs == NULL || node->inputs->size < 2) return 0;
  if (node->outputs == NULL || node->outputs->size < 1) return 0;
  // The filter of a transposed convolution is the second input too; its positions are those of its input.
  const Value *filter = valueAt(context, node->inputs->data[1]), *out = valueAt(context, node->outputs->data[0]);
  if (filter == NULL || out == NULL || filter->dims->size < 2) return 0;
  double weights = 1, positions = 1;
  for (int i = 0; i < filter->dims->size; i++) weights *= filter->dims->data[i];
  for (int i = 0; i + 1 < out->dims->size; i++) positions *= out->dims->data[i];
  return weights * positions;
}

#endif
