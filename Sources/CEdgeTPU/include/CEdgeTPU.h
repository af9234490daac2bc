// What it takes to hand a classic TensorFlow Lite delegate, from a library such as libedgetpu, to LiteRT.

#ifndef CEDGETPU_H
#define CEDGETPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A device as libedgetpu lists it: on the PCI bus (0) or on USB (1), and where.
typedef struct {
  int32_t type;
  const char *path;
} CEdgeTPUDevice;

// Functions of libedgetpu.
typedef CEdgeTPUDevice *(*CEdgeTPUListDevices)(size_t *);
typedef void (*CEdgeTPUFreeDevices)(CEdgeTPUDevice *);
typedef const char *(*CEdgeTPUVersion)(void);
typedef void (*CEdgeTPUVerbosity)(int);
typedef void *(*CEdgeTPUCreatePlugin)(char **, char **, size_t, void (*)(const char *));
typedef void (*CEdgeTPUDestroyPlugin)(void *);

// Functions of LiteRT, with its handles as plain pointers.
typedef int32_t (*CEdgeTPUWrapDelegate)(void *, void (*)(void *), void **);

// A delegate in the layout that today's runtime expects, in front of a library's own.
typedef struct CEdgeTPUDelegate CEdgeTPUDelegate;

// Puts a delegate in front of `plugin`, which `destroy` ends together with it; NULL where there is no memory.
CEdgeTPUDelegate *CEdgeTPUMakeDelegate(void *plugin, CEdgeTPUDestroyPlugin destroy);

// Ends a delegate that no model has taken.
void CEdgeTPUFreeDelegate(CEdgeTPUDelegate *delegate);

// Offers a delegate to the model that this thread compiles next; NULL takes the offer back. Returns what was on offer and
// has not been taken.
CEdgeTPUDelegate *CEdgeTPUOffer(CEdgeTPUDelegate *delegate, CEdgeTPUWrapDelegate wrap);

// The accelerator's own functions, which LiteRT calls.
int32_t CEdgeTPUAcceleratorName(const void *accelerator, const char **name);
int32_t CEdgeTPUAcceleratorVersion(const void *accelerator, int32_t version[3]);
int32_t CEdgeTPUAcceleratorHardware(const void *accelerator, int32_t *hardware);
int32_t CEdgeTPUAcceleratorDelegate(
    void *context, void *environment, const void *accelerator, void *options, void **wrapper);

// Has a library create a delegate, and keeps what it complains of in `complaint`, which is always ended by a zero.
void *CEdgeTPUCreate(
    CEdgeTPUCreatePlugin create, char **keys, char **values, size_t count, char *complaint, size_t room);

#endif
