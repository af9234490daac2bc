// A stand-in for libedgetpu: a shared library with its entry points, and with devices that are none. Nodes of
// edgetpu-custom-op are computed by a LiteRT of its own, with the model that the base was compiled from.
//
// What it is like is settled when it is compiled, with -D:
//   RUNTIME      the LiteRT library, a string
//   TWIN         the model that the compiled base is computed with, a string
//   USB, PCI     how many devices there are of each kind
//   DELAY        how many milliseconds one inference takes at least
//   IDLE         1: nothing is computed, the output is zeros; for measuring
//   BUSY         the place of a device that is busy, from 0
//   UNPLUGGED    after how many inferences the first device is gone
//   CRASHING     1: the process is ended when a delegate is made
//   NEWER        1: models are of a newer runtime than this one
//   OLDER        1: delegate and operators are in the shorter layout of runtimes before 2022, with what is no pointer
//                behind them
//   LOG          a file that gets a line for each delegate that is made, with its options, a string

#include <dlfcn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef USB
#define USB 1
#endif
#ifndef PCI
#define PCI 0
#endif
#ifndef DELAY
#define DELAY 0
#endif
#ifndef IDLE
#define IDLE 0
#endif
#ifndef BUSY
#define BUSY -1
#endif
#ifndef UNPLUGGED
#define UNPLUGGED -1
#endif
#ifndef CRASHING
#define CRASHING 0
#endif
#ifndef NEWER
#define NEWER 0
#endif
#ifndef OLDER
#define OLDER 0
#endif
#ifndef RUNTIME
#define RUNTIME ""
#endif
#ifndef TWIN
#define TWIN ""
#endif

// The classic C interface between runtime and delegates.
typedef struct {
  int size;
  int data[];
} IntArray;

typedef struct {
  float scale;
  int32_t zeroPoint;
} Scale;

typedef struct Context Context;
typedef struct Delegate Delegate;

typedef struct {
  int type;
  void *data;
  IntArray *dims;
  Scale scale;
  int allocation;
  size_t bytes;
  const void *source;
  const char *name;
  Delegate *delegate;
  int handle;
  bool isStale;
  bool isVariable;
  struct {
    int type;
    void *parameters;
  } quantization;
  void *sparsity;
  const IntArray *signature;
} Tensor;

typedef struct {
  IntArray *inputs;
  IntArray *outputs;
  IntArray *intermediates;
  IntArray *temporaries;
  void *userData;
  void *builtinData;
  const void *customData;
  int customSize;
} Node;

typedef struct {
  void *(*init)(Context *, const char *, size_t);
  void (*free)(Context *, void *);
  int (*prepare)(Context *, Node *);
  int (*invoke)(Context *, Node *);
  const char *(*profilingString)(const Context *, const Node *);
  int32_t builtinCode;
  const char *customName;
  int version;
#if !OLDER
  void *external;
  void *asynchronous;
  uint64_t inPlace;
#endif
} Registration;

struct Context {
  size_t tensorCount;
  int (*getExecutionPlan)(Context *, IntArray **);
  Tensor *tensors;
  void *implementation;
  int (*resizeTensor)(Context *, Tensor *, IntArray *);
  void (*reportError)(Context *, const char *, ...);
  int (*addTensors)(Context *, int, int *);
  int (*getNode)(Context *, int, Node **, Registration **);
  int (*replaceNodes)(Context *, Registration, const IntArray *, Delegate *);
};

struct Delegate {
  void *data;
  int (*prepare)(Context *, Delegate *);
  int (*copyFromBuffer)(Context *, Delegate *, int, Tensor *);
  int (*copyToBuffer)(Context *, Delegate *, int, Tensor *);
  void (*freeBuffer)(Context *, Delegate *, int *);
  int64_t flags;
#if OLDER
  uintptr_t behind;
#else
  void *opaqueBuilder;
#endif
};

typedef struct {
  Delegate *delegate;
  IntArray *nodes;
  IntArray *inputs;
  IntArray *outputs;
} DelegateParameters;

enum { ok = 0, failure = 1, allowDynamicTensors = 1 };

// A device.
typedef struct {
  int type;
  char path[64];
  int place;
} Device;

static Device devices[USB + PCI + 1];
static atomic_int inferences;

static bool isGone(int place) { return UNPLUGGED >= 0 && place == 0 && atomic_load(&inferences) > UNPLUGGED; }

static int listAll(void) {
  int count = 0;
  for (int index = 0; index < PCI; index++, count++) {
    devices[count] = (Device){.type = 0, .place = count};
    snprintf(devices[count].path, sizeof devices[count].path, "/dev/standin_%d", index);
  }
  for (int index = 0; index < USB; index++, count++) {
    devices[count] = (Device){.type = 1, .place = count};
    snprintf(devices[count].path, sizeof devices[count].path, "/sys/bus/usb/standin/1-%d", index + 1);
  }
  return count;
}

struct edgetpu_device {
  int type;
  const char *path;
};

struct edgetpu_device *edgetpu_list_devices(size_t *count) {
  int all = listAll();
  *count = 0;
  struct edgetpu_device *list = calloc((size_t)all + 1, sizeof *list);
  for (int index = 0; index < all; index++) {
    if (isGone(index)) continue;
    list[*count].type = devices[index].type;
    list[*count].path = devices[index].path;
    *count += 1;
  }
  return list;
}

void edgetpu_free_devices(struct edgetpu_device *list) { free(list); }

const char *edgetpu_version(void) { return "stand-in 1.0, runtime version 13"; }

void edgetpu_verbosity(int verbosity) { (void)verbosity; }

// The twin, in a runtime of its own.
typedef struct {
  int32_t element;
  struct {
    unsigned rank : 7;
    unsigned hasStrides : 1;
    int32_t dimensions[8];
    uint32_t strides[8];
  } layout;
} RankedType;

typedef struct {
  void *environment, *model, *compiled, *input, *output;
} Twin;

static void *library;

static void *function(const char *name) {
  if (library == NULL) library = dlopen(RUNTIME, RTLD_NOW | RTLD_LOCAL);
  return library == NULL ? NULL : dlsym(library, name);
}

#define CALL(type, name, ...) (((int32_t(*)type)function(#name))(__VA_ARGS__))
#define END(name, handle) ((void (*)(void *))function(#name))(handle)

static bool makeBuffer(Twin *twin, void *signature, bool isInput, void **buffer) {
  void *tensor = NULL;
  RankedType type;
  memset(&type, 0, sizeof type);
  int32_t status = isInput ? CALL((void *, size_t, void **), LiteRtGetSignatureInputTensorByIndex, signature, 0, &tensor)
                           : CALL((void *, size_t, void **), LiteRtGetSignatureOutputTensorByIndex, signature, 0, &tensor);
  if (status != 0 || CALL((void *, RankedType *), LiteRtGetRankedTensorType, tensor, &type) != 0) return false;
  size_t bytes = 1;
  for (unsigned index = 0; index < type.layout.rank; index++) bytes *= (size_t)type.layout.dimensions[index];
  return CALL(
             (void *, int32_t, RankedType *, size_t, void **), LiteRtCreateManagedTensorBuffer, twin->environment, 1,
             &type, bytes, buffer)
      == 0;
}

static bool openTwin(Twin *twin) {
  typedef struct {
    int32_t tag;
    struct {
      int32_t type;
      int64_t value;
    } any;
  } Option;
  Option quiet[] = {{25, {2, 4}}, {24, {2, 1}}};
  void *options = NULL, *signature = NULL;
  return function("LiteRtCreateEnvironment") != NULL
      && CALL((int, Option *, void **), LiteRtCreateEnvironment, 2, quiet, &twin->environment) == 0
      && CALL((void *, const char *, void **), LiteRtCreateModelFromFile, twin->environment, TWIN, &twin->model) == 0
      && CALL((void **), LiteRtCreateOptions, &options) == 0
      && CALL((void *, int), LiteRtSetOptionsHardwareAccelerators, options, 1) == 0
      && CALL(
             (void *, void *, void *, void **), LiteRtCreateCompiledModel, twin->environment, twin->model, options,
             &twin->compiled)
      == 0
      && CALL((void *, size_t, void **), LiteRtGetModelSignature, twin->model, 0, &signature) == 0
      && makeBuffer(twin, signature, true, &twin->input) && makeBuffer(twin, signature, false, &twin->output);
}

static void closeTwin(Twin *twin) {
  if (twin->input != NULL) END(LiteRtDestroyTensorBuffer, twin->input);
  if (twin->output != NULL) END(LiteRtDestroyTensorBuffer, twin->output);
  if (twin->compiled != NULL) END(LiteRtDestroyCompiledModel, twin->compiled);
  if (twin->model != NULL) END(LiteRtDestroyModel, twin->model);
  if (twin->environment != NULL) END(LiteRtDestroyEnvironment, twin->environment);
}

static bool exchange(void *buffer, void *memory, size_t bytes, bool isWritten) {
  void *address = NULL;
  if (CALL((void *, void **, int32_t), LiteRtLockTensorBuffer, buffer, &address, isWritten) != 0) return false;
  if (isWritten) memcpy(address, memory, bytes);
  else memcpy(memory, address, bytes);
  return CALL((void *), LiteRtUnlockTensorBuffer, buffer) == 0;
}

static bool compute(Twin *twin, Tensor *input, Tensor *output) {
  return exchange(twin->input, input->data, input->bytes, true)
      && CALL(
             (void *, size_t, size_t, void **, size_t, void **), LiteRtRunCompiledModel, twin->compiled, 0, 1,
             &twin->input, 1, &twin->output)
      == 0
      && exchange(twin->output, output->data, output->bytes, false);
}

// A device that is at work. The twin is opened with it and not with a node: the runtime prepares one model at a time, and
// would wait for itself.
typedef struct {
  const Device *device;
  Twin twin;
} Work;

// The operator that takes the place of a node.
static void *init(Context *context, const char *buffer, size_t length) {
  (void)context, (void)length;
  const DelegateParameters *parameters = (const void *)buffer;
  return parameters->nodes->size == 1 ? parameters->delegate->data : NULL;
}

static void end(Context *context, void *buffer) { (void)context, (void)buffer; }

static int prepareKernel(Context *context, Node *node) {
  if (NEWER) {
    context->reportError(
        context, "Failed to prepare for TPU. %s",
        "Package requires runtime version (14), which is newer than this runtime version (13).");
    return failure;
  }
  if (node->userData == NULL) {
    context->reportError(context, "Null custom op data.");
    return failure;
  }
  return ok;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int invoke(Context *context, Node *node) {
  double start = now();
  Work *work = node->userData;
  if (UNPLUGGED >= 0 && work->device->place == 0 && atomic_fetch_add(&inferences, 1) >= UNPLUGGED) {
    context->reportError(context, "Failed to execute request. %s", "USB transfer error 5 [LibUsbDataOut]");
    return failure;
  }
  Tensor *input = &context->tensors[node->inputs->data[0]];
  Tensor *output = &context->tensors[node->outputs->data[0]];
  if (IDLE) {
    memset(output->data, 0, output->bytes);
  } else if (!compute(&work->twin, input, output)) {
    context->reportError(context, "The stand-in's twin failed.");
    return failure;
  }
  double left = DELAY * 1e-3 - (now() - start);
  if (left > 0) {
    struct timespec pause = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
    nanosleep(&pause, NULL);
  }
  return ok;
}

static int prepare(Context *context, Delegate *delegate) {
  IntArray *plan = NULL;
  if (context->getExecutionPlan(context, &plan) != ok) return failure;
  // The plan is the runtime's, and changes with each node that is taken.
  int found[64], count = 0;
  for (int index = 0; index < plan->size && count < 64; index++) {
    Node *node = NULL;
    Registration *registration = NULL;
    if (context->getNode(context, plan->data[index], &node, &registration) != ok) return failure;
    if (registration->customName != NULL && strcmp(registration->customName, "edgetpu-custom-op") == 0) {
      found[count++] = plan->data[index];
    }
  }
  Registration registration;
  memset(&registration, 0, sizeof registration);
  registration.init = init;
  registration.free = end;
  registration.prepare = prepareKernel;
  registration.invoke = invoke;
  registration.customName = "EdgeTpuDelegateForCustomOp";
  registration.version = 1;
  for (int index = 0; index < count; index++) {
    struct {
      int size;
      int data[1];
    } one = {1, {found[index]}};
    if (context->replaceNodes(context, registration, (const IntArray *)&one, delegate) != ok) return failure;
  }
  return ok;
}

Delegate *tflite_plugin_create_delegate(
    char **keys, char **values, size_t count, void (*reportError)(const char *)) {
  int all = listAll(), place = -1;
  for (size_t index = 0; index < count; index++) {
    if (strcmp(keys[index], "device") == 0 && sscanf(values[index], ":%d", &place) != 1) place = -1;
  }
#ifdef LOG
  FILE *log = fopen(LOG, "a");
  for (size_t index = 0; log != NULL && index < count; index++) fprintf(log, "%s=%s ", keys[index], values[index]);
  if (log != NULL) fprintf(log, "\n"), fclose(log);
#endif
  if (CRASHING) abort();
  if (place < 0 || place >= all || place == BUSY || isGone(place)) {
    if (reportError != NULL) reportError("Failed to open device");
    return NULL;
  }
  Work *work = calloc(1, sizeof *work);
  work->device = &devices[place];
  if (!IDLE && !openTwin(&work->twin)) {
    if (reportError != NULL) reportError("The stand-in cannot open its twin");
    closeTwin(&work->twin);
    free(work);
    return NULL;
  }
  Delegate *delegate = calloc(1, sizeof *delegate);
  delegate->data = work;
  delegate->prepare = prepare;
  delegate->flags = allowDynamicTensors;
#if OLDER
  delegate->behind = 0xDEAD;
#endif
  return delegate;
}

void tflite_plugin_destroy_delegate(Delegate *delegate) {
  Work *work = delegate->data;
  closeTwin(&work->twin);
  free(work);
  free(delegate);
}
