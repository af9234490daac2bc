// The part of the TurboJPEG 2 interface that pictures are read with: constants and function types. Nothing here is
// linked; the functions are taken from the library by name at run time.

#pragma once

#pragma clang assume_nonnull begin

// A decompressor. One thread at a time may use it.
typedef void *CTurboJPEGHandle;

enum {
  // Pixels of three bytes: red, green, blue.
  CTURBOJPEG_PIXELS_RGB = 0,
  // Fail on more than 500 scans.
  CTURBOJPEG_FLAG_LIMIT_SCANS = 32768,
  // The picture came out, and something was wrong with it.
  CTURBOJPEG_ERROR_WARNING = 0,
};

// The colour space that a JPEG stores.
enum {
  CTURBOJPEG_COLOURS_CMYK = 3,
  CTURBOJPEG_COLOURS_YCCK = 4,
};

// tjInitDecompress
typedef CTurboJPEGHandle _Nullable (*CTurboJPEGMake)(void);

// tjDestroy
typedef int (*CTurboJPEGDestroy)(CTurboJPEGHandle handle);

// tjDecompressHeader3: 0, or -1 on an error.
typedef int (*CTurboJPEGReadHeader)(
  CTurboJPEGHandle handle, const unsigned char *bytes, unsigned long size, int *width, int *height, int *subsampling,
  int *colours);

// tjDecompress2: 0, or -1 on an error or a warning. `width` and `height` are the scaled size that is wanted.
typedef int (*CTurboJPEGDecompress)(
  CTurboJPEGHandle handle, const unsigned char *bytes, unsigned long size, unsigned char *pixels, int width, int pitch,
  int height, int pixelFormat, int flags);

// tjGetErrorStr2: the handle's last complaint.
typedef const char *_Nullable (*CTurboJPEGErrorWords)(CTurboJPEGHandle handle);

// tjGetErrorCode: the kind of the handle's last complaint.
typedef int (*CTurboJPEGErrorCode)(CTurboJPEGHandle handle);

#pragma clang assume_nonnull end
