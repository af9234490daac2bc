#include "CEdgeTPU.h"

#include <stdlib.h>
#include <string.h>

// The part of the classic C interface between runtime and delegates that is used here. Later versions of the runtime added
// fields only at the ends of these structures.
typedef struct Context Context;
typedef struct Delegate Delegate;

// An operator's functions. All versions have these fields; later versions add more, which may be zero.
typedef struct {
  void *(*init)(Context *, const char *, size_t);
  void (*free)(Context *, void *);
  int (*prepare)(Context *, void *);
  int (*invoke)(Context *, void *);
  const char *(*profilingString)(const Context *, const void *);
  int32_t builtinCode;
  const char *customName;
  int version;
} OlderRegistration;

typedef struct {
  OlderRegistration known;
  void *later[8];
} Registration;

struct Context {
  size_t tensorCount;
  int (*getExecutionPlan)(Context *, void **);
  void *tensors;
  void *implementation;
  int (*resizeTensor)(Context *, void *, void *);
  void (*reportError)(Context *, const char *, ...);
  int (*addTensors)(Context *, int, int *);
  int (*getNode)(Context *, int, void **, void **);
  int (*replaceNodes)(Context *, Registration, const void *, Delegate *);
};

struct Delegate {
  void *data;
  int (*prepare)(Context *, Delegate *);
  int (*copyFromBuffer)(Context *, Delegate *, int, void *);
  int (*copyToBuffer)(Context *, Delegate *, int, void *);
  void (*freeBuffer)(Context *, Delegate *, int *);
  int64_t flags;
  // Libraries built before 2022 lack it: the runtime would read beyond the end of their delegate.
  void *opaqueBuilder;
};

struct CEdgeTPUDelegate {
  Delegate front;
  Delegate *plugin;
  CEdgeTPUDestroyPlugin destroy;
  int (*replaceNodes)(Context *, Registration, const void *, Delegate *);
};

// A library passes its operator by value, in the size that it knows: the fields that the runtime reads beyond are zeroed.
static int replaceNodes(Context *context, OlderRegistration given, const void *nodes, Delegate *delegate) {
  Registration whole;
  memset(&whole, 0, sizeof whole);
  whole.known = given;
  return ((CEdgeTPUDelegate *)delegate)->replaceNodes(context, whole, nodes, delegate);
}

static int prepare(Context *context, Delegate *front) {
  CEdgeTPUDelegate *delegate = (CEdgeTPUDelegate *)front;
  if (delegate->plugin->prepare == NULL) return 1;
  delegate->replaceNodes = context->replaceNodes;
  context->replaceNodes = (int (*)(Context *, Registration, const void *, Delegate *))(void *)replaceNodes;
  int status = delegate->plugin->prepare(context, front);
  context->replaceNodes = delegate->replaceNodes;
  return status;
}

CEdgeTPUDelegate *CEdgeTPUMakeDelegate(void *plugin, CEdgeTPUDestroyPlugin destroy) {
  CEdgeTPUDelegate *delegate = calloc(1, sizeof *delegate);
  if (delegate == NULL) return NULL;
  Delegate *given = plugin;
  delegate->plugin = given;
  delegate->destroy = destroy;
  delegate->front.data = given->data;
  delegate->front.prepare = prepare;
  delegate->front.copyFromBuffer = given->copyFromBuffer;
  delegate->front.copyToBuffer = given->copyToBuffer;
  delegate->front.freeBuffer = given->freeBuffer;
  delegate->front.flags = given->flags;
  return delegate;
}

void CEdgeTPUFreeDelegate(CEdgeTPUDelegate *delegate) {
  if (delegate == NULL) return;
  delegate->destroy(delegate->plugin);
  free(delegate);
}

static _Thread_local CEdgeTPUDelegate *offered;
static _Thread_local CEdgeTPUWrapDelegate wrapOffered;

CEdgeTPUDelegate *CEdgeTPUOffer(CEdgeTPUDelegate *delegate, CEdgeTPUWrapDelegate wrap) {
  CEdgeTPUDelegate *before = offered;
  offered = delegate;
  wrapOffered = wrap;
  return before;
}

static void freeWrapped(void *delegate) { CEdgeTPUFreeDelegate(delegate); }

int32_t CEdgeTPUAcceleratorName(const void *accelerator, const char **name) {
  (void)accelerator;
  *name = "EdgeTPU";
  return 0;
}

int32_t CEdgeTPUAcceleratorVersion(const void *accelerator, int32_t version[3]) {
  (void)accelerator;
  version[0] = 1;
  version[1] = version[2] = 0;
  return 0;
}

int32_t CEdgeTPUAcceleratorHardware(const void *accelerator, int32_t *hardware) {
  (void)accelerator;
  // The number of the processor: the runtime asks only accelerators for the hardware that a model is prepared for, and the
  // other operators of every model stay on the processor.
  *hardware = 1;
  return 0;
}

int32_t CEdgeTPUAcceleratorDelegate(
    void *context, void *environment, const void *accelerator, void *options, void **wrapper) {
  (void)context, (void)environment, (void)accelerator, (void)options;
  *wrapper = NULL;
  if (offered == NULL) return 0;
  int32_t status = wrapOffered(offered, freeWrapped, wrapper);
  if (status == 0) offered = NULL;
  return status;
}

static _Thread_local char *complaintText;
static _Thread_local size_t complaintRoom;

static void keepComplaint(const char *text) {
  if (text == NULL || complaintRoom == 0) return;
  strncpy(complaintText, text, complaintRoom - 1);
  complaintText[complaintRoom - 1] = 0;
}

void *CEdgeTPUCreate(
    CEdgeTPUCreatePlugin create, char **keys, char **values, size_t count, char *complaint, size_t room) {
  if (room > 0) complaint[0] = 0;
  complaintText = complaint;
  complaintRoom = room;
  void *plugin = create(keys, values, count, keepComplaint);
  complaintRoom = 0;
  return plugin;
}
