// The constants and function types of libheif that Imprint uses. Nothing is linked; the functions are looked up in the library
// by name at run time.

#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CHEIFContext CHEIFContext;
typedef struct CHEIFHandle CHEIFHandle;
typedef struct CHEIFImage CHEIFImage;

enum {
  CHEIF_COLOURS_RGB = 1,
  // Bytes of red, green and blue, and with alpha.
  CHEIF_INTERLEAVED_RGB = 10,
  CHEIF_INTERLEAVED_RGBA = 11,
  CHEIF_CHANNEL_INTERLEAVED = 10,
};

// The outcome of a function: a code, 0 for success, and text that the library owns.
typedef struct {
  int code;
  int subcode;
  const char *_Nullable message;
} CHEIFError;

// heif_context_alloc, heif_context_free
typedef CHEIFContext *_Nullable (*CHEIFMakeContext)(void);
typedef void (*CHEIFFreeContext)(CHEIFContext *context);

// heif_context_read_from_memory_without_copy: the bytes must outlive the context.
typedef CHEIFError (*CHEIFRead)(
  CHEIFContext *context, const void *bytes, size_t size, const void *_Nullable options);

// heif_context_get_primary_image_handle, heif_image_handle_release
typedef CHEIFError (*CHEIFPrimary)(CHEIFContext *context, CHEIFHandle *_Nullable *_Nonnull handle);
typedef void (*CHEIFReleaseHandle)(const CHEIFHandle *handle);

// heif_image_handle_get_width, heif_image_handle_get_height, heif_image_handle_has_alpha_channel
typedef int (*CHEIFNumber)(const CHEIFHandle *handle);

// heif_image_handle_get_raw_color_profile_size, heif_image_handle_get_raw_color_profile
typedef size_t (*CHEIFProfileSize)(const CHEIFHandle *handle);
typedef CHEIFError (*CHEIFProfile)(const CHEIFHandle *handle, void *profile);

// heif_decode_image: an upright picture, heif_image_release
typedef CHEIFError (*CHEIFDecode)(
  const CHEIFHandle *handle, CHEIFImage *_Nullable *_Nonnull image, int colours, int chroma, const void *_Nullable options);
typedef void (*CHEIFReleaseImage)(const CHEIFImage *image);

// heif_image_get_width, heif_image_get_height: of a channel.
typedef int (*CHEIFSide)(const CHEIFImage *image, int channel);

// heif_image_get_plane_readonly
typedef const uint8_t *_Nullable (*CHEIFPlane)(const CHEIFImage *image, int channel, int *stride);

#pragma clang assume_nonnull end
