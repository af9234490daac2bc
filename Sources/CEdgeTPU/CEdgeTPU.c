#include "CEdgeTPU.h"

#include <stdlib.h>
#include <string.h>

// The classic C interface between runtime and delegates, as far as it is used here. Later versions of the runtime have
// added fields at the ends of these structures and nowhere else.
typedef struct Context Context;
typedef struct Delegate Delegate;

// An operator's functions. Of these fields all versions know; later ones follow them with more, which may be zero.
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
  // Libraries built before 2022 do not have it: the runtime would read what lies behind their delegate.
  void *opaqueBuilder;
};

struct CEdgeTPUDelegate {
  Delegate front;
  Delegate *plugin;
  CEdgeTPUDestroyPlugin destroy;
  int (*replaceNodes)(Context *, Registration, const void *, Delegate *);
};

// A library hands its operator over by value, in the size that it knows: what the runtime would read beyond is made zero.
static int replaceNodes(Context *context, OlderRegistration given, const void *nodes, Delegate *delegate) {
  Registration whole;
  memset(&whole, 0, sizeof whole);
  whole.known = given;
  return ((CEdgeTPUDelegate *)delegate)->replaceNodes(context, whole, nodes, delegate);
}

static int prepare(Context *context, Delegate *front) {
  CEdgeTPUDelegate *delegate = (CEdgeTPUDelegate *)front;
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
  // Of what the runtime knows it is nearest to a neural processor.
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
