// Functions that pass a classic TensorFlow Lite delegate, from a library such as libedgetpu, to LiteRT.

#ifndef CEDGETPU_H
#define CEDGETPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A device as libedgetpu lists it: its bus, PCI (0) or USB (1), and its path.
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

// A delegate in the layout that the current runtime expects, wrapped around that of a library.
typedef struct CEdgeTPUDelegate CEdgeTPUDelegate;

// Wraps `plugin`, which `destroy` frees together with the wrapper. Returns NULL where memory is lacking.
CEdgeTPUDelegate *CEdgeTPUMakeDelegate(void *plugin, CEdgeTPUDestroyPlugin destroy);

// Frees a delegate that no model has taken.
void CEdgeTPUFreeDelegate(CEdgeTPUDelegate *delegate);

// Offers a delegate to the model that this thread compiles next; NULL withdraws the offer. Returns the previous offer where
// no model has taken it.
CEdgeTPUDelegate *CEdgeTPUOffer(CEdgeTPUDelegate *delegate, CEdgeTPUWrapDelegate wrap);

// The functions of the accelerator, which LiteRT calls.
int32_t CEdgeTPUAcceleratorName(const void *accelerator, const char **name);
int32_t CEdgeTPUAcceleratorVersion(const void *accelerator, int32_t version[3]);
int32_t CEdgeTPUAcceleratorHardware(const void *accelerator, int32_t *hardware);
int32_t CEdgeTPUAcceleratorDelegate(
    void *context, void *environment, const void *accelerator, void *options, void **wrapper);

// Creates a delegate of a library, and copies its error message into `complaint`, which always ends with a zero.
void *CEdgeTPUCreate(
    CEdgeTPUCreatePlugin create, char **keys, char **values, size_t count, char *complaint, size_t room);

#endif
