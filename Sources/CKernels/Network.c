#if defined(__x86_64__)

#include "Network.h"

#include <stdlib.h>
#include <string.h>

// Activations of a strip that stay in the second cache, beside the weights of a panel.
enum { StripBytes = 96 << 10 };

// More than networks for pictures need by far; a model that asks for more is left to the runtime.
static const size_t mostBytes = (size_t)384 << 20;

Network *CKernelsMakeNetwork(int maps, int layers) {
  Network *network = calloc(1, sizeof *network);
  if (network == NULL) return NULL;
  network->bytesLeft = mostBytes;
  network->blockRoom = maps + 10 * layers + 8;
  network->blocks = calloc((size_t)network->blockRoom, sizeof *network->blocks);
  if (network->blocks != NULL) {
    network->maps = CKernelsRoom(network, (size_t)maps, sizeof *network->maps);
    network->layers = CKernelsRoom(network, (size_t)layers, sizeof *network->layers);
  }
  if (network->maps != NULL && network->layers != NULL) return network;
  CKernelsFreeNetwork(network);
  return NULL;
}

void CKernelsFreeNetwork(Network *network) {
  if (network == NULL) return;
  for (int i = 0; i < network->blockCount; i++) free(network->blocks[i]);
  free(network->blocks);
  free(network);
}

void *CKernelsRoom(Network *network, size_t count, size_t size) {
  void *room = NULL;
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(bytes, KernelMargin, &bytes)) return NULL;
  if (bytes > network->bytesLeft || network->blockCount == network->blockRoom) return NULL;
  if (posix_memalign(&room, 64, bytes) != 0) return NULL;
  memset(room, 0, bytes);
  network->bytesLeft -= bytes;
  network->blocks[network->blockCount++] = room;
  return room;
}

void CKernelsGiveBack(Network *network, void *room) {
  for (int i = network->blockCount - 1; i >= 0; i--)
    if (network->blocks[i] == room) {
      free(room);
      network->blocks[i] = network->blocks[--network->blockCount];
      return;
    }
}

// The rows of a layer's result that are computed together.
static int stripRows(const Layer *layer, const Map *out) {
  int count = StripBytes / (2 * layer->product.depth * out->width);
  // Enough positions that to widen a panel costs little.
  if (count * out->width < 48) count = (48 + out->width - 1) / out->width;
  int strips = (out->height + count - 1) / count;
  // An even number: depthwise layers compute two rows together.
  return ((out->height + strips - 1) / strips + 1) / 2 * 2;
}

static int larger(int a, int b) { return a > b ? a : b; }

bool CKernelsLayOut(Network *network) {
  for (int i = 0; i < network->layerCount; i++) {
    const Layer *layer = &network->layers[i];
    if (layer->isSum) continue;
    Map *in = &network->maps[layer->input];
    in->border = larger(in->border, (layer->hasDepthwise ? layer->depthwise.kernel : layer->product.kernel) / 2);
  }
  size_t strip = 1, panel = 1, places = 1;
  for (int i = 0; i < network->layerCount; i++) {
    const Layer *layer = &network->layers[i];
    if (layer->isSum) continue;
    const Map *out = &network->maps[layer->output];
    size_t positions = (size_t)stripRows(layer, out) * (size_t)out->width;
    if (positions > places) places = positions;
    if (positions * (size_t)layer->product.step > strip) strip = positions * (size_t)layer->product.step;
    if ((size_t)layer->product.depth * 16 > panel) panel = (size_t)layer->product.depth * 16;
    if (layer->hasDepthwise) network->maps[layer->middle].column = -1;
  }
  for (int i = 0; i < network->mapCount; i++) {
    Map *map = &network->maps[i];
    if (map->column < 0) continue;
    // Positions that are a multiple of 128 bytes apart would share few sets of the nearest cache.
    map->column = map->channels % 128 ? map->channels : map->channels + 64;
    map->row = (map->width + 2 * map->border) * map->column;
    size_t bytes = (size_t)(map->height + 2 * map->border) * (size_t)map->row;
    int8_t *all = CKernelsRoom(network, bytes, 1);
    if (all == NULL) return false;
    memset(all, map->zero, bytes);
    map->origin = all + map->border * (map->row + map->column);
  }
  network->strip = CKernelsRoom(network, strip, sizeof(int16_t));
  network->panel = CKernelsRoom(network, panel, sizeof(int16_t));
  network->places = CKernelsRoom(network, places, sizeof(int8_t *));
  return network->strip != NULL && network->panel != NULL && network->places != NULL;
}

// Computes the windows of a depthwise layer for rows [from, from + count) of its result.
static void fillDepthwise(const Network *network, const Layer *layer, int from, int count) {
  const Map *in = &network->maps[layer->input], *middle = &network->maps[layer->middle];
  const Depthwise *d = &layer->depthwise;
  Windows windows = {
    .in = in->origin + (from * d->stride - d->top) * in->row - d->left * in->column,
    .row = in->row,
    .column = in->column,
    .channels = in->channels,
    .stride = d->stride,
    .kernel = d->kernel,
    .rows = count,
    .width = middle->width,
  };
  if (layer->product.multiplication == MultiplyBytes)
    CKernelsDepthwiseBytes(
        windows, d->pairs, d->doubled, d->bias, d->scale, d->range, network->strip, layer->product.step);
  else
    CKernelsDepthwiseWide(
        windows, d->pairs, d->doubled, d->bias, d->scale, d->range, network->strip, layer->product.step);
}

// Copies the activations for rows [from, from + count) of a layer's result, one position after the other. Each copy may write
// up to 15 numbers too many, which the next one overwrites.
static void fill(const Network *network, const Layer *layer, int from, int count) {
  const Map *in = &network->maps[layer->input], *out = &network->maps[layer->output];
  const Product *p = &layer->product;
  if (layer->hasDepthwise) {
    fillDepthwise(network, layer, from, count);
  } else if (p->multiplication == MultiplyBytes) {
    uint8_t *to = network->strip;
    for (int y = from; y < from + count; y++)
      for (int x = 0; x < in->width; x++, to += p->step)
        CKernelsShift(in->origin + y * in->row + x * in->column, to, in->channels);
  } else {
    int16_t *to = network->strip;
    const int length = p->depth / p->kernel;
    for (int y = from; y < from + count; y++)
      for (int x = 0; x < out->width; x++, to += p->step)
        for (int t = 0; t < p->kernel; t++)
          CKernelsWiden(
              in->origin + (y * p->stride - p->top + t) * in->row + (x * p->stride - p->left) * in->column,
              to + t * length, length);
  }
}

static void multiply(const Network *network, const Layer *layer) {
  const Map *out = &network->maps[layer->output];
  const Product *p = &layer->product;
  const int count = stripRows(layer, out);
  int8_t **places = network->places;
  for (int y = 0; y < out->height; y += count) {
    int rows = y + count > out->height ? out->height - y : count, positions = rows * out->width;
    fill(network, layer, y, rows);
    for (int i = 0; i < rows; i++)
      for (int x = 0; x < out->width; x++)
        places[i * out->width + x] = out->origin + (y + i) * out->row + x * out->column;
    for (int n = 0; n < out->channels; n += 16) {
      const int columns = out->channels - n < 16 ? out->channels - n : 16;
      const int32_t *bias = p->bias + n;
      const float *scale = p->scale + n;
      if (p->multiplication == MultiplyBytes) {
        int first = p->starts[n / 16], steps = p->starts[n / 16 + 1] - first;
        CKernelsMultiplyBytes(
            network->strip, p->step, positions, p->steps + first, steps, p->narrow + (ptrdiff_t)first * 128, bias, scale,
            p->range, places, columns);
      } else {
        const ptrdiff_t at = (ptrdiff_t)n * p->depth;
        if (p->multiplication == MultiplyWidened) CKernelsWiden(p->narrow + at, network->panel, 16 * p->depth);
        const int16_t *panel = p->multiplication == MultiplyWidened ? network->panel : p->panels + at;
        CKernelsMultiplyWide(
            network->strip, p->step, positions, p->depth, panel, bias, scale, p->range, places, columns);
      }
      for (int i = 0; i < positions; i++) places[i] += 16;
    }
  }
}

static void add(const Network *network, const Layer *layer) {
  const Map *a = &network->maps[layer->input], *b = &network->maps[layer->second], *out = &network->maps[layer->output];
  for (int y = 0; y < out->height; y++)
    CKernelsAdd(
        a->origin + y * a->row, b->origin + y * b->row, out->width * out->column, layer->factors, layer->range,
        out->origin + y * out->row);
}

void CKernelsRun(const Network *network) {
  for (int i = 0; i < network->layerCount; i++) {
    const Layer *layer = &network->layers[i];
    if (layer->isSum)
      add(network, layer);
    else
      multiply(network, layer);
  }
}

#endif
