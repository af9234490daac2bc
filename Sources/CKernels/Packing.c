#if defined(__x86_64__)

#include "Network.h"

#include <stdlib.h>
#include <string.h>

// Sums of weights times zero points may exceed 32 bits on the way, but no result does: so they wrap.
static int32_t reduced(int32_t bias, int64_t product) { return (int32_t)((uint32_t)bias - (uint32_t)product); }

// The column of the file at a place of the packed weights.
static int columnAt(int place) { return place / 16 * 16 + CKernelsPanelOrder[place % 16]; }

// Panels of 16 columns, whose numbers for two inputs stand side by side.
static bool packPanels(Network *network, Product *product, const Map *in, const Map *out, Weights weights) {
  const int taps = product->kernel, given = taps * in->channels, wide = product->depth / taps;
  const int padded = (out->channels + 15) / 16 * 16;
  const size_t count = (size_t)padded * (size_t)product->depth;
  int16_t *panels = CKernelsRoom(network, count, sizeof *panels);
  if (panels == NULL) return false;
  bool isNarrow = true;
  for (int p = 0; p < padded; p++) {
    const int column = columnAt(p);
    if (column >= out->channels) continue;
    int16_t *panel = panels + (ptrdiff_t)(p / 16) * 16 * product->depth + p % 16 * 2;
    const int16_t *from = weights.values + (ptrdiff_t)column * taps * given;
    for (int t = 0; t < taps; t++)
      for (int i = 0; i < given; i++, from++) {
        const int at = t * wide + i;
        panel[at / 2 * 32 + at % 2] = *from;
        isNarrow = isNarrow && *from >= -128 && *from <= 127;
      }
  }
  product->panels = panels;
  product->multiplication = MultiplyWide;
  // Half the bytes are read faster from memory, but to widen them costs too much where few positions use them.
  if (!isNarrow || out->height * out->width <= 8) return true;
  product->narrow = CKernelsRoom(network, count, 1);
  if (product->narrow == NULL) return false;
  for (size_t i = 0; i < count; i++) product->narrow[i] = (int8_t)panels[i];
  product->multiplication = MultiplyWidened;
  CKernelsGiveBack(network, panels);
  product->panels = NULL;
  return true;
}

// Takes the part of a weight that leaves the sums of its lane within bounds.
static int part(int weight, int *up, int *down) {
  const int high = *up > 127 ? 127 : *up;
  const int taken = weight > high ? high : weight < *down ? *down : weight;
  if (taken > 0)
    *up -= taken;
  else
    *down -= taken;
  return taken;
}

// Divides the weights into steps. vpmaddubsw multiplies bytes from 0 to 255, so a lane that adds four products stays within
// 16 bits if its positive weights sum to at most 128 and the others to at least -128: 255 times 128 is 32 640. What is left of
// larger weights goes to further steps with the same activations.
//
// Returns the number of steps, or 0 if there would be more than `most`.
static int divide(
    const Product *product, const Map *out, Weights weights, int most, int8_t *bytes, uint16_t *steps, int32_t *starts) {
  const int depth = product->depth, panels = (out->channels + 15) / 16;
  int count = 0;
  for (int p = 0; p < panels; p++) {
    starts[p] = count;
    for (int group = 0; group < depth; group += 8) {
      int16_t left[16][8] = {{0}};
      for (int c = 0; c < 16; c++) {
        const int column = columnAt(p * 16 + c);
        if (column < out->channels) memcpy(left[c], weights.values + (ptrdiff_t)column * depth + group, sizeof left[c]);
      }
      for (bool isMore = true; isMore; count++) {
        if (count == most) return 0;
        isMore = false;
        steps[count] = (uint16_t)group;
        for (int c = 0; c < 16; c++)
          for (int lane = 0; lane < 2; lane++) {
            int up = 128, down = -128;
            for (int i = 0; i < 4; i++) {
              // A lane adds the products of numbers 0 and 1 with those of 4 and 5, or 2 and 3 with 6 and 7.
              const int at = lane * 2 + i % 2 + i / 2 * 4, taken = part(left[c][at], &up, &down);
              left[c][at] = (int16_t)(left[c][at] - taken);
              isMore = isMore || left[c][at] != 0;
              bytes[(ptrdiff_t)count * 128 + i / 2 * 64 + c * 4 + at % 4] = (int8_t)taken;
            }
          }
      }
    }
  }
  starts[panels] = count;
  return count;
}

// Leaves the product as it is where the weights are so large that it takes over 1.25 times as many steps: then products of
// 16-bit numbers are faster.
static bool packBytes(Network *network, Product *product, const Map *out, Weights weights) {
  const int panels = (out->channels + 15) / 16, groups = product->depth / 8;
  const size_t most = (size_t)panels * (size_t)groups * 5 / 4;
  int8_t *bytes = CKernelsRoom(network, most, 128);
  uint16_t *steps = CKernelsRoom(network, most, sizeof *steps);
  int32_t *starts = CKernelsRoom(network, (size_t)panels + 1, sizeof *starts);
  if (bytes == NULL || steps == NULL || starts == NULL) return false;
  if (divide(product, out, weights, (int)most, bytes, steps, starts) == 0) {
    CKernelsGiveBack(network, starts);
    CKernelsGiveBack(network, steps);
    CKernelsGiveBack(network, bytes);
    return true;
  }
  product->narrow = bytes, product->steps = steps, product->starts = starts;
  product->multiplication = MultiplyBytes;
  return true;
}

bool CKernelsPackProduct(Network *network, Product *product, const Map *in, const Map *out, Weights weights) {
  const int taps = product->kernel, given = taps * in->channels, padded = (out->channels + 15) / 16 * 16;
  // Each row of a window takes an even number of activations.
  product->depth = taps * ((given + 1) / 2 * 2);
  // Rows that are a multiple of 128 numbers apart would share few sets of the nearest cache.
  product->step = product->depth % 128 ? product->depth : product->depth + 32;
  product->bias = CKernelsRoom(network, (size_t)padded, sizeof *product->bias);
  product->scale = CKernelsRoom(network, (size_t)padded, sizeof *product->scale);
  if (product->bias == NULL || product->scale == NULL) return false;
  product->multiplication = MultiplyWide;
  if (taps == 1 && product->depth % 8 == 0 && !packBytes(network, product, out, weights)) return false;
  const bool isBytes = product->multiplication == MultiplyBytes;
  if (!isBytes && !packPanels(network, product, in, out, weights)) return false;
  for (int p = 0; p < padded; p++) {
    const int column = columnAt(p);
    if (column >= out->channels) continue;
    const int16_t *from = weights.values + (ptrdiff_t)column * taps * given;
    int64_t sum = 0;
    for (int i = 0; i < taps * given; i++) sum += from[i];
    product->scale[p] = weights.scale[column];
    product->bias[p] = reduced(weights.bias[column], (in->zero + (isBytes ? 128 : 0)) * sum);
  }
  return true;
}

bool CKernelsPackDepthwise(Network *network, Depthwise *depthwise, const Map *in, Weights weights) {
  const int channels = in->channels, kernel = depthwise->kernel, taps = kernel * kernel;
  const int couples = (taps + 1) / 2, halves = (kernel + 1) / 2;
  depthwise->pairs = CKernelsRoom(network, (size_t)channels * (size_t)couples * 2, sizeof(int16_t));
  depthwise->doubled = CKernelsRoom(network, (size_t)channels * (size_t)(kernel * halves) * 4, sizeof(int16_t));
  depthwise->bias = CKernelsRoom(network, (size_t)channels, sizeof(int32_t));
  depthwise->scale = CKernelsRoom(network, (size_t)channels, sizeof(float));
  if (depthwise->pairs == NULL || depthwise->doubled == NULL) return false;
  if (depthwise->bias == NULL || depthwise->scale == NULL) return false;
  for (int p = 0; p < channels; p++) {
    const int column = columnAt(p);
    int64_t sum = 0;
    for (int t = 0; t < taps; t++) {
      const int16_t weight = weights.values[(ptrdiff_t)t * channels + column];
      sum += weight;
      depthwise->pairs[(ptrdiff_t)(p / 16) * couples * 32 + t / 2 * 32 + p % 16 * 2 + t % 2] = weight;
      for (int below = 0; below < 2; below++) {
        // The tap's row among those that the windows of both rows read.
        const int place = t / kernel + below;
        const ptrdiff_t pair = ((ptrdiff_t)(p / 16) * kernel + t % kernel) * halves + place / 2;
        depthwise->doubled[(pair * 2 + below) * 32 + p % 16 * 2 + place % 2] = weight;
      }
    }
    depthwise->scale[p] = weights.scale[column];
    depthwise->bias[p] = reduced(weights.bias[column], in->zero * sum);
  }
  return true;
}

#endif
