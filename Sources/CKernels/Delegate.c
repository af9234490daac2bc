#include "CKernels.h"

#include <stddef.h>

#if defined(__x86_64__)

#include <stdlib.h>
#include <string.h>

#include "Planning.h"

typedef struct {
  Delegate front;
  // Where to say what was taken; NULL once the model is prepared.
  CKernelsReport *report;
  bool onlyBytes;
  // The plan, until the operator that stands for it takes it over.
  Plan *plan;
} Kernels;

static bool contains(const Ints *list, int value) {
  for (int i = 0; list != NULL && i < list->size; i++)
    if (list->data[i] == value) return true;
  return false;
}

static bool isEqual(const Ints *one, const Ints *other) {
  if (one == NULL || other == NULL || one->size != other->size) return false;
  return memcmp(one->data, other->data, (size_t)one->size * sizeof(int)) == 0;
}

// Takes the plan over. Returns NULL, for which `prepare` fails, where the runtime has other nodes in mind, or where the model
// has a result in the middle of them.
static void *init(Context *context, const char *given, size_t size) {
  (void)context, (void)size;
  const Part *part = (const Part *)(const void *)given;
  if (part == NULL || part->delegate == NULL) return NULL;
  Kernels *kernels = part->delegate->data;
  Plan *plan = kernels->plan;
  if (plan == NULL || !isEqual(part->nodes, plan->nodes)) return NULL;
  if (!contains(part->inputs, plan->input)) return NULL;
  if (part->outputs == NULL || part->outputs->size != 1 || part->outputs->data[0] != plan->output) return NULL;
  kernels->plan = NULL;
  return plan;
}

static void release(Context *context, void *plan) {
  (void)context;
  CKernelsFreePlan(plan);
}

// Returns whether the input and output are what the plan was made for.
static bool fits(const Context *context, const Plan *plan) {
  if (plan == NULL || (size_t)plan->input >= context->count || (size_t)plan->output >= context->count) return false;
  const Value *in = &context->values[plan->input], *out = &context->values[plan->output];
  return in->bytes == plan->inputBytes && out->bytes == plan->outputBytes &&
         in->type == (plan->isInputUnsigned ? TypeUInt8 : TypeInt8) &&
         out->type == (plan->isOutputUnsigned ? TypeUInt8 : TypeInt8);
}

static int prepare(Context *context, Node *node) { return fits(context, node->user) ? 0 : 1; }

static void copy(const uint8_t *restrict from, uint8_t *restrict to, int count, uint8_t mask) {
  for (int i = 0; i < count; i++) to[i] = from[i] ^ mask;
}

static int invoke(Context *context, Node *node) {
  const Plan *plan = node->user;
  if (!fits(context, plan)) return 1;
  const uint8_t *in = context->values[plan->input].data;
  uint8_t *out = context->values[plan->output].data;
  if (in == NULL || out == NULL) return 1;
  const Network *network = plan->network;
  const Map *first = &network->maps[0], *last = &network->maps[network->layers[network->layerCount - 1].output];
  // Signed and unsigned numbers differ by their highest bit.
  const uint8_t inMask = plan->isInputUnsigned ? 0x80 : 0, outMask = plan->isOutputUnsigned ? 0x80 : 0;
  // The first map has three channels, so that its positions are next to each other.
  const int width = first->width * first->channels;
  for (int y = 0; y < first->height; y++, in += width)
    copy(in, (uint8_t *)first->origin + y * first->row, width, inMask);
  CKernelsRun(network);
  for (int y = 0; y < last->height; y++)
    for (int x = 0; x < last->width; x++, out += last->channels)
      copy((const uint8_t *)last->origin + y * last->row + x * last->column, out, last->channels, outMask);
  return 0;
}

// The runtime asks for the operators to take.
static int take(Context *context, Delegate *delegate) {
  Kernels *kernels = delegate->data;
  CKernelsReport *const asked = kernels->report;
  kernels->report = NULL;
  CKernelsFreePlan(kernels->plan);
  kernels->plan = CKernelsMakePlan(context, kernels->onlyBytes);
  if (kernels->plan == NULL) return 0;
  const CKernelsReport report = {kernels->plan->nodes->size, kernels->plan->operators, kernels->plan->share};
  Registration operator = {
    .init = init, .free = release, .prepare = prepare, .invoke = invoke, .name = "Kernels", .version = 1};
  // The list is the runtime's to copy; the plan has its own.
  const size_t size = sizeof(Ints) + (size_t)kernels->plan->nodes->size * sizeof(int);
  Ints *nodes = malloc(size);
  if (nodes == NULL) return 1;
  memcpy(nodes, kernels->plan->nodes, size);
  const int status = context->replace(context, operator, nodes, delegate);
  free(nodes);
  if (status == 0 && kernels->plan == NULL && asked != NULL) *asked = report;
  return status;
}

void *CKernelsMakeDelegate(CKernelsReport *report, bool onlyBytes) {
  if (!CKernelsThisProcessor().canCompute) return NULL;
  Kernels *kernels = calloc(1, sizeof *kernels);
  if (kernels == NULL) return NULL;
  kernels->front.data = kernels;
  kernels->front.prepare = take;
  kernels->front.flags = DelegateAllowsDynamicValues;
  kernels->report = report;
  kernels->onlyBytes = onlyBytes;
  return &kernels->front;
}

void CKernelsFreeDelegate(void *delegate) {
  if (delegate == NULL) return;
  Kernels *kernels = ((Delegate *)delegate)->data;
  CKernelsFreePlan(kernels->plan);
  free(kernels);
}

#else

void *CKernelsMakeDelegate(CKernelsReport *report, bool onlyBytes) {
  (void)report, (void)onlyBytes;
  return NULL;
}

void CKernelsFreeDelegate(void *delegate) { (void)delegate; }

#endif
