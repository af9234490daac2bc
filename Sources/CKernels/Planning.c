#if defined(__x86_64__)

#include "Planning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "Checks.h"

// More than models have: a larger number shows a structure that is not what it is taken for.
enum { MostNodes = 1 << 14, MostValues = 1 << 18 };

// The kernels take a model only where they compute so much of it, and where only products of bytes are fast, so much by them.
static const double leastShare = 0.75, leastByteShare = 0.5;

typedef struct {
  int index, code;
  const Node *node;
} Operator;

// What is known of a value of the model.
typedef struct {
  // The place of its map, or -1.
  int map;
  // The last operator that reads it, or -1, and the number of those that do.
  int lastReader, readers;
} Use;

typedef struct {
  Context *context;
  Operator *operators;
  int count;
  Use *uses;
  Network *network;
  // What each map holds.
  Activations *activations;
  double multiplications, byBytes;
} Planning;

// Collects the operators, in order, and who reads which value.
static bool collect(Planning *planning, const Ints *order) {
  Context *context = planning->context;
  for (size_t i = 0; i < context->count; i++) planning->uses[i] = (Use){.map = -1, .lastReader = -1};
  for (int i = 0; i < order->size; i++) {
    Node *node = NULL;
    Registration *registration = NULL;
    if (context->getNode(context, order->data[i], &node, &registration) != 0 || node == NULL || registration == NULL)
      return false;
    // An operator that another delegate has taken, or of another library, is none of these.
    const bool isKnown = node->delegate == NULL && registration->name == NULL && node->custom == NULL;
    planning->operators[i] = (Operator){order->data[i], isKnown ? registration->code : -1, node};
    for (int j = 0; node->inputs != NULL && j < node->inputs->size; j++) {
      const int read = node->inputs->data[j];
      if (read < 0 || (size_t)read >= context->count) continue;
      planning->uses[read].lastReader = i;
      planning->uses[read].readers++;
    }
  }
  planning->count = order->size;
  return true;
}

// Adds a map for the result of an operator, which nothing has computed before. Returns its place, or -1.
static int addMap(Planning *planning, int value, const Activations *activations) {
  if (planning->uses[value].map >= 0) return -1;
  const int place = planning->network->mapCount++;
  planning->activations[place] = *activations;
  planning->network->maps[place] = (Map){
    .height = activations->height,
    .width = activations->width,
    .channels = activations->channels,
    .zero = activations->zero,
  };
  planning->uses[value].map = place;
  return place;
}

// The memory of a layer's weights while it is packed.
typedef struct {
  int16_t *values;
  float *scale;
} Unpacked;

static void freeUnpacked(Unpacked unpacked) { free(unpacked.values), free(unpacked.scale); }

// Converts the weights, and computes the factor of each output. Returns false where memory is lacking, or where a sum might
// leave 32 bits, or the product of a sum and its factor.
static bool unpack(
    const Filter *filter, size_t count, size_t terms, const Activations *in, const Activations *out, Unpacked *found) {
  found->values = malloc(count * sizeof(int16_t) + KernelMargin);
  found->scale = malloc((size_t)filter->outputs * sizeof(float));
  if (found->values == NULL || found->scale == NULL) return false;
  const uint8_t *bytes = filter->values;
  const int8_t *numbers = filter->values;
  for (size_t i = 0; i < count; i++)
    found->values[i] = (int16_t)(filter->isUnsigned ? bytes[i] - filter->zero : numbers[i]);
  for (int i = 0; i < filter->outputs; i++) {
    const float scale = in->scale * filter->scales[filter->scaleCount > 1 ? i : 0] / out->scale;
    const double most = 255.0 * 255.0 * (double)terms + fabs((double)filter->bias[i]);
    // The runtime's kernels take no factor of 256 or more.
    if (!isnormal(scale) || scale >= 256 || most >= 0x1p31 || most * scale >= 0x1p31) return false;
    found->scale[i] = scale;
  }
  return true;
}

static bool isSame(const Activations *a, const Activations *b) {
  return a->height == b->height && a->width == b->width && a->channels == b->channels && a->isUnsigned == b->isUnsigned;
}

// What a convolution or a depthwise layer computes, once all of it has been checked.
typedef struct {
  Activations in, out;
  Filter filter;
  int stride, top, left;
  Range range;
} Windowed;

static bool checkWindowed(const Planning *planning, const Operator *operator, Windowed *found) {
  const Node *node = operator->node;
  const bool isDepthwise = operator->code == OperatorDepthwise;
  if (!CKernelsCheckNode(planning->context, node, 3) || node->builtin == NULL) return false;
  if (!CKernelsCheckActivations(planning->context, node->inputs->data[0], &found->in)) return false;
  if (!CKernelsCheckActivations(planning->context, node->outputs->data[0], &found->out)) return false;
  if (!CKernelsCheckFilter(planning->context, node, isDepthwise ? 3 : 0, &found->filter)) return false;
  ConvolutionOptions options;
  if (isDepthwise) {
    const DepthwiseOptions *given = node->builtin;
    if (given->multiplier != 1) return false;
    options = (ConvolutionOptions){given->padding, given->strideWidth, given->strideHeight, given->activation,
                                   given->dilationWidth, given->dilationHeight};
  } else {
    options = *(const ConvolutionOptions *)node->builtin;
  }
  if (options.strideHeight != options.strideWidth || options.strideHeight < 1 || options.strideHeight > 2) return false;
  if (options.dilationHeight != 1 || options.dilationWidth != 1) return false;
  const Activations *in = &found->in, *out = &found->out;
  if (in->isUnsigned != out->isUnsigned || in->isUnsigned != found->filter.isUnsigned) return false;
  if (found->filter.inputs != in->channels || found->filter.outputs != out->channels) return false;
  // The runtime refuses a bias whose scale is far from that of the products, if there is one for all outputs.
  const double products = (double)in->scale * (double)found->filter.scales[0];
  if (found->filter.scaleCount == 1 && !(fabs(products - found->filter.biasScale) <= 0.02 * out->scale)) return false;
  found->stride = options.strideHeight;
  const int kernel = found->filter.kernel;
  return CKernelsCheckPadding(in->height, kernel, found->stride, out->height, options.padding, &found->top) &&
         CKernelsCheckPadding(in->width, kernel, found->stride, out->width, options.padding, &found->left) &&
         CKernelsCheckRange(options.activation, out, &found->range);
}

// Packs the product of a layer, whose input is the map `in`.
static bool addProduct(Planning *planning, Layer *layer, const Windowed *found, int in) {
  const size_t terms = (size_t)found->filter.kernel * (size_t)found->filter.kernel * (size_t)found->filter.inputs;
  Unpacked unpacked = {NULL, NULL};
  bool isPacked = unpack(&found->filter, terms * (size_t)found->filter.outputs, terms, &found->in, &found->out, &unpacked);
  if (isPacked) {
    layer->product = (Product){
      .stride = found->stride,
      .kernel = found->filter.kernel,
      .top = found->top,
      .left = found->left,
      .range = found->range,
    };
    Weights weights = {unpacked.values, found->filter.bias, unpacked.scale};
    const Map *maps = planning->network->maps;
    isPacked = CKernelsPackProduct(planning->network, &layer->product, &maps[in], &maps[layer->output], weights);
  }
  freeUnpacked(unpacked);
  return isPacked;
}

static bool addDepthwise(Planning *planning, Layer *layer, const Windowed *found) {
  const size_t taps = (size_t)found->filter.kernel * (size_t)found->filter.kernel;
  Unpacked unpacked = {NULL, NULL};
  bool isPacked = unpack(&found->filter, taps * (size_t)found->filter.outputs, taps, &found->in, &found->out, &unpacked);
  if (isPacked) {
    layer->hasDepthwise = true;
    layer->depthwise = (Depthwise){
      .stride = found->stride,
      .kernel = found->filter.kernel,
      .top = found->top,
      .left = found->left,
      .range = found->range,
    };
    Weights weights = {unpacked.values, found->filter.bias, unpacked.scale};
    isPacked = CKernelsPackDepthwise(
        planning->network, &layer->depthwise, &planning->network->maps[layer->input], weights);
  }
  freeUnpacked(unpacked);
  return isPacked;
}

// A convolution of a picture, the first layer. Its input needs a map if it is not that of an operator before it.
static bool takeFirst(Planning *planning, const Operator *operator, Layer *layer) {
  Windowed found;
  if (operator->code != OperatorConvolution || !checkWindowed(planning, operator, &found)) return false;
  if (found.filter.kernel != 3 || found.in.channels != 3 || found.out.channels % 8 != 0) return false;
  const int value = operator->node->inputs->data[0];
  layer->input = planning->uses[value].map;
  if (layer->input < 0) layer->input = addMap(planning, value, &found.in);
  layer->output = addMap(planning, operator->node->outputs->data[0], &found.out);
  return layer->input >= 0 && layer->output >= 0 && addProduct(planning, layer, &found, layer->input);
}

// A convolution of single positions, of the map `input` or of the depthwise layer before it.
static bool takePointwise(Planning *planning, const Operator *operator, Layer *layer) {
  Windowed found;
  if (operator->code != OperatorConvolution || !checkWindowed(planning, operator, &found)) return false;
  if (found.filter.kernel != 1 || found.stride != 1 || found.in.channels % 8 != 0 || found.out.channels % 8 != 0) return false;
  const int in = planning->uses[operator->node->inputs->data[0]].map;
  if (in < 0) return false;
  if (!layer->hasDepthwise) layer->input = in;
  layer->output = addMap(planning, operator->node->outputs->data[0], &found.out);
  return layer->output >= 0 && addProduct(planning, layer, &found, in);
}

// A depthwise layer and the convolution that alone reads it.
static bool takeDepthwise(Planning *planning, const Operator *operator, const Operator *next, Layer *layer) {
  Windowed found;
  if (!checkWindowed(planning, operator, &found)) return false;
  if ((found.filter.kernel != 3 && found.filter.kernel != 5) || found.in.channels % 16 != 0) return false;
  const int value = operator->node->outputs->data[0];
  if (next->node->inputs == NULL || next->node->inputs->size < 1 || next->node->inputs->data[0] != value) return false;
  if (planning->uses[value].readers != 1) return false;
  layer->input = planning->uses[operator->node->inputs->data[0]].map;
  if (layer->input < 0) return false;
  layer->middle = addMap(planning, value, &found.out);
  return layer->middle >= 0 && addDepthwise(planning, layer, &found) && takePointwise(planning, next, layer);
}

static bool takeSum(Planning *planning, const Operator *operator, Layer *layer) {
  Activations a, b, out;
  const Node *node = operator->node;
  if (!CKernelsCheckNode(planning->context, node, 2) || node->builtin == NULL) return false;
  if (!CKernelsCheckActivations(planning->context, node->inputs->data[0], &a)) return false;
  if (!CKernelsCheckActivations(planning->context, node->inputs->data[1], &b)) return false;
  if (!CKernelsCheckActivations(planning->context, node->outputs->data[0], &out)) return false;
  if (!isSame(&a, &b) || !isSame(&a, &out) || a.channels % 8 != 0) return false;
  if (((const AddOptions *)node->builtin)->activation != ActivationNone) return false;
  layer->isSum = true;
  layer->range = (Range){.zero = out.zero, .low = -128, .high = 127};
  layer->input = planning->uses[node->inputs->data[0]].map;
  layer->second = planning->uses[node->inputs->data[1]].map;
  if (layer->input < 0 || layer->second < 0 || !CKernelsCheckSum(&a, &b, &out, &layer->factors)) return false;
  layer->output = addMap(planning, node->outputs->data[0], &out);
  return layer->output >= 0;
}

// An operator that only turns the bytes of a picture into signed numbers: both are the first map.
static bool takeConversion(Planning *planning, const Operator *operator) {
  Activations in, out;
  const Node *node = operator->node;
  if (operator->code != OperatorQuantize || !CKernelsCheckNode(planning->context, node, 1)) return false;
  if (!CKernelsCheckActivations(planning->context, node->inputs->data[0], &in)) return false;
  if (!CKernelsCheckActivations(planning->context, node->outputs->data[0], &out)) return false;
  if (!in.isUnsigned || out.isUnsigned || in.scale != out.scale || in.zero != out.zero) return false;
  if (in.height != out.height || in.width != out.width || in.channels != out.channels) return false;
  if (node->inputs->data[0] == node->outputs->data[0]) return false;
  return addMap(planning, node->outputs->data[0], &out) == 0;
}

// Takes the layer that begins at an operator. Returns the number of operators taken, or 0.
static int takeLayer(Planning *planning, int at) {
  Network *network = planning->network;
  Layer *layer = &network->layers[network->layerCount];
  const Operator *operator = &planning->operators[at];
  bool isTaken = false;
  int count = 1;
  if (network->layerCount == 0) {
    isTaken = takeFirst(planning, operator, layer);
  } else if (operator->code == OperatorAdd) {
    isTaken = takeSum(planning, operator, layer);
  } else if (operator->code == OperatorConvolution) {
    isTaken = takePointwise(planning, operator, layer);
  } else if (operator->code == OperatorDepthwise && at + 1 < planning->count) {
    isTaken = takeDepthwise(planning, operator, operator + 1, layer);
    count = 2;
  }
  if (!isTaken) return 0;
  network->layerCount++;
  return count;
}

// Takes operators from the first on, and leaves the plan at the last place after which others read only the last result.
// Returns the number of operators, 0 for none.
static int takeLayers(Planning *planning) {
  Network *network = planning->network;
  int taken = takeConversion(planning, &planning->operators[0]) ? 1 : 0, end = 0, lastReader = -1;
  int endLayers = 0, endMaps = 0;
  double multiplications = 0, byBytes = 0;
  for (int count = 1; count > 0 && taken < planning->count; taken += count) {
    count = takeLayer(planning, taken);
    if (count == 0) break;
    for (int i = taken; i < taken + count; i++) {
      const Operator *operator = &planning->operators[i];
      const double more = CKernelsMultiplications(planning->context, operator->node, operator->code);
      multiplications += more;
      const Layer *layer = &network->layers[network->layerCount - 1];
      if (!layer->isSum && layer->product.multiplication == MultiplyBytes) byBytes += more;
    }
    // Results before the last one.
    for (int i = taken == 0 ? 0 : taken - 1; i < taken + count - 1; i++) {
      const int reader = planning->uses[planning->operators[i].node->outputs->data[0]].lastReader;
      if (reader > lastReader) lastReader = reader;
    }
    if (lastReader >= taken + count) continue;
    end = taken + count, endLayers = network->layerCount, endMaps = network->mapCount;
    planning->multiplications = multiplications, planning->byBytes = byBytes;
  }
  network->layerCount = endLayers, network->mapCount = endMaps;
  return end;
}

static Plan *finish(Planning *planning, int taken) {
  Plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  plan->nodes = calloc(1, sizeof(Ints) + (size_t)taken * sizeof(int));
  if (plan->nodes == NULL || !CKernelsLayOut(planning->network)) {
    CKernelsFreePlan(plan);
    return NULL;
  }
  plan->nodes->size = taken;
  for (int i = 0; i < taken; i++) plan->nodes->data[i] = planning->operators[i].index;
  plan->input = planning->operators[0].node->inputs->data[0];
  plan->output = planning->operators[taken - 1].node->outputs->data[0];
  plan->inputBytes = planning->context->values[plan->input].bytes;
  plan->outputBytes = planning->context->values[plan->output].bytes;
  plan->isInputUnsigned = planning->context->values[plan->input].type == TypeUInt8;
  plan->isOutputUnsigned = planning->context->values[plan->output].type == TypeUInt8;
  plan->operators = planning->count;
  plan->network = planning->network;
  planning->network = NULL;
  return plan;
}

// Plans once the working memory is there.
static Plan *makePlan(Planning *planning, const Ints *order, bool onlyBytes) {
  if (!collect(planning, order)) return NULL;
  const int taken = takeLayers(planning);
  if (taken == 0) return NULL;
  double all = 0;
  for (int i = 0; i < planning->count; i++)
    all += CKernelsMultiplications(planning->context, planning->operators[i].node, planning->operators[i].code);
  if (!(planning->multiplications >= leastShare * all)) return NULL;
  if (onlyBytes && planning->byBytes < leastByteShare * planning->multiplications) return NULL;
  Plan *plan = finish(planning, taken);
  if (plan != NULL) plan->share = planning->multiplications / all;
  return plan;
}

Plan *CKernelsMakePlan(Context *context, bool onlyBytes) {
  Ints *order = NULL;
  if (context->count == 0 || context->count > MostValues || context->values == NULL) return NULL;
  if (context->getExecutionPlan == NULL || context->getNode == NULL || context->replace == NULL) return NULL;
  if (context->getExecutionPlan(context, &order) != 0 || order == NULL) return NULL;
  if (order->size < 1 || order->size > MostNodes) return NULL;
  Planning planning = {.context = context};
  const size_t count = (size_t)order->size;
  planning.operators = calloc(count, sizeof *planning.operators);
  planning.uses = calloc(context->count, sizeof *planning.uses);
  planning.activations = calloc(count + 2, sizeof *planning.activations);
  planning.network = CKernelsMakeNetwork(order->size + 2, order->size + 1);
  Plan *plan = NULL;
  if (planning.operators != NULL && planning.uses != NULL && planning.activations != NULL && planning.network != NULL)
    plan = makePlan(&planning, order, onlyBytes);
  CKernelsFreeNetwork(planning.network);
  free(planning.operators), free(planning.uses), free(planning.activations);
  return plan;
}

void CKernelsFreePlan(Plan *plan) {
  if (plan == NULL) return;
  CKernelsFreeNetwork(plan->network);
  free(plan->nodes);
  free(plan);
}

#endif
