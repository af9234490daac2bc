// The variadic functions of libvips, which Swift cannot call. Each takes the address of the library's function, looked up at
// run time, and returns its result: 0, or -1 on an error.

#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

// An image of libvips: a reference-counted object.
typedef struct CVipsImage CVipsImage;

// Numbers of libvips: a reference-counted area.
typedef struct CVipsNumbers CVipsNumbers;

// vips_*load_buffer, reading from top to bottom and failing where the bytes end too early. The bytes must outlive the image.
int CVipsLoad(const void *function, const void *bytes, size_t size, CVipsImage *_Nullable *_Nonnull made);

// vips_flatten: lays the image over a background; `opaque` is the highest alpha value.
int CVipsFlatten(
  const void *function, CVipsImage *image, CVipsNumbers *background, double opaque,
  CVipsImage *_Nullable *_Nonnull made);

// vips_icc_transform: from the embedded profile to 8-bit sRGB.
int CVipsApplyProfile(const void *function, CVipsImage *image, CVipsImage *_Nullable *_Nonnull made);

// vips_colourspace
int CVipsConvertColours(
  const void *function, CVipsImage *image, int interpretation, CVipsImage *_Nullable *_Nonnull made);

// vips_cast
int CVipsCast(const void *function, CVipsImage *image, int format, CVipsImage *_Nullable *_Nonnull made);

// vips_extract_band
int CVipsTakeBands(
  const void *function, CVipsImage *image, int first, int count, CVipsImage *_Nullable *_Nonnull made);

#pragma clang assume_nonnull end
