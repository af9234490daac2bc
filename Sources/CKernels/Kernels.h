// The innermost loops, for x86-64 with AVX2. Sums of products are exact whole numbers; they become 8-bit numbers as in the
// runtime: times a float, rounded to the nearest even, plus the zero point, clamped.

#ifndef KERNELS_H
#define KERNELS_H

#include <stddef.h>
#include <stdint.h>

// So many bytes may be read, and written in scratch memory, beyond the last number of a kernel's arrays.
enum { KernelMargin = 256 };

// The zero point of a result, and its least and greatest value.
typedef struct {
  int32_t zero, low, high;
} Range;

// Where the rows of a depthwise layer's input and result are.
typedef struct {
  // The top left number of the first window, and the distances of rows and columns.
  const int8_t *in;
  ptrdiff_t row, column;
  // The multiple of 16 channels, the distance of windows, the side of a window (3 or 5), and the size of the result.
  int channels, stride, kernel, rows, width;
} Windows;

// The multiplication of two summands by whole numbers, whose sum is divided by 2^shift.
typedef struct {
  int32_t bias, first, second, shift;
} SumFactors;

// The column at each place of a panel of 16.
extern const uint8_t CKernelsPanelOrder[16];

// Multiplies rows of `depth` 16-bit activations, an even number, by one panel of 16 columns of weights: depth/2 steps of 16
// pairs. `bias` and `scale` hold 16 numbers in the panel's order. Stores `columns` (8 or 16) bytes of row i at out[i].
void CKernelsMultiplyWide(
    const int16_t *in, ptrdiff_t stride, int rows, int depth, const int16_t *weights, const int32_t *bias,
    const float *scale, Range range, int8_t *const *out, int columns);

// The same of activations in bytes, plus 128. Each of `count` steps multiplies eight activations, from steps[s] on, by 128
// weights that are so small that no sum of four products overflows 16 bits.
void CKernelsMultiplyBytes(
    const uint8_t *in, ptrdiff_t stride, int rows, const uint16_t *steps, int count, const int8_t *weights,
    const int32_t *bias, const float *scale, Range range, int8_t *const *out, int columns);

// Computes rows of a depthwise layer: as 16-bit numbers, or as bytes plus 128, each position `stride` numbers after the last.
// For each 16 channels, `pairs` holds the taps in pairs, and `doubled` pairs of a column's taps for two rows of results.
void CKernelsDepthwiseWide(
    Windows windows, const int16_t *pairs, const int16_t *doubled, const int32_t *bias, const float *scale, Range range,
    int16_t *out, ptrdiff_t stride);
void CKernelsDepthwiseBytes(
    Windows windows, const int16_t *pairs, const int16_t *doubled, const int32_t *bias, const float *scale, Range range,
    uint8_t *out, ptrdiff_t stride);

// Adds `count` numbers, a multiple of 8, of two layers.
void CKernelsAdd(const int8_t *a, const int8_t *b, ptrdiff_t count, SumFactors factors, Range range, int8_t *out);

// Converts numbers, 16 at a time, to bytes plus 128, or to 16 bits.
void CKernelsShift(const int8_t *in, uint8_t *out, ptrdiff_t count);
void CKernelsWiden(const int8_t *in, int16_t *out, ptrdiff_t count);

#endif
