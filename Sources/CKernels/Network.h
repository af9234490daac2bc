// A chain of 8-bit layers that the kernels run on one thread.

#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>

#include "Kernels.h"

// A map of numbers, signed, with a border of positions that hold the zero point.
typedef struct {
  int32_t height, width, channels, zero;
  int border;
  // The distances of positions and of rows.
  ptrdiff_t column, row;
  // The first number; NULL where the map is never stored, because the next layer consumes it strip by strip.
  int8_t *origin;
} Map;

// The weights of a layer as the file has them, less their zero point: by output, window and input; those of a depthwise layer
// by window and channel. The arrays belong to the planning.
typedef struct {
  const int16_t *values;
  const int32_t *bias;
  const float *scale;
} Weights;

typedef struct {
  int stride, kernel, top, left;
  Range range;
  int16_t *pairs, *doubled;
  int32_t *bias;
  float *scale;
} Depthwise;

// How a product's numbers are multiplied.
typedef enum {
  // Activations of 16 bits, and weights of 16 bits, or of 8 bits that are widened panel by panel.
  MultiplyWide,
  MultiplyWidened,
  // Activations of 8 bits.
  MultiplyBytes,
} Multiplication;

typedef struct {
  int stride, kernel, top, left;
  Range range;
  Multiplication multiplication;
  // The length of a row of activations, and its distance from the next one.
  int depth, step;
  // The panels of weights: of 16 bits, of 8 bits, or steps of 8 bits, and the first step of each panel.
  int16_t *panels;
  int8_t *narrow;
  uint16_t *steps;
  int32_t *starts;
  int32_t *bias;
  float *scale;
} Product;

// A convolution, perhaps of the result of a depthwise layer, or a sum of two maps.
typedef struct {
  bool isSum, hasDepthwise;
  // The places of maps. `middle` is the result of the depthwise layer, which is never stored.
  int input, second, middle, output;
  Depthwise depthwise;
  Product product;
  SumFactors factors;
  Range range;
} Layer;

typedef struct {
  Map *maps;
  Layer *layers;
  int mapCount, layerCount;
  // Room for a strip of activations, for a panel, and for the addresses of a strip's results.
  void *strip;
  int16_t *panel;
  int8_t **places;
  // All memory, and how much more may be taken.
  void **blocks;
  int blockCount, blockRoom;
  size_t bytesLeft;
} Network;

// Makes a network without layers; NULL where memory is lacking.
Network *CKernelsMakeNetwork(int maps, int layers);
void CKernelsFreeNetwork(Network *network);

// Returns zeroed memory that the network owns, with a margin; NULL where memory is lacking or the network takes too much.
void *CKernelsRoom(Network *network, size_t count, size_t size);
// Frees such memory before the network is freed.
void CKernelsGiveBack(Network *network, void *room);

// Prepare the weights of a layer. Return whether memory was enough.
bool CKernelsPackProduct(Network *network, Product *product, const Map *in, const Map *out, Weights weights);
bool CKernelsPackDepthwise(Network *network, Depthwise *depthwise, const Map *in, Weights weights);

// Lays out the maps and the scratch memory, once all layers are known. Returns whether memory was enough.
bool CKernelsLayOut(Network *network);

// Computes the last layer's map from the first map.
void CKernelsRun(const Network *network);

#endif
