// The calls of libvips that Swift cannot make by itself: those with a variable number of arguments. Each takes the
// address of the library's function, found at run time, and answers as that function does: 0, or -1 on an error.

#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

// An image of libvips: a reference-counted object.
typedef struct CVipsImage CVipsImage;

// Numbers of libvips: a reference-counted area.
typedef struct CVipsNumbers CVipsNumbers;

// vips_*load_buffer, read from top to bottom, failing where the bytes end too early. The bytes must outlive the image.
int CVipsLoad(const void *function, const void *bytes, size_t size, CVipsImage *_Nullable *_Nonnull made);

// vips_flatten: alpha, of which `opaque` is the highest value, over a background.
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
