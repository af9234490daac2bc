// The constants and function types of the TurboJPEG 2 interface that Imprint uses. Nothing is linked; the functions are
// looked up in the library by name at run time.

#pragma once

#pragma clang assume_nonnull begin

// A decompressor or a compressor. One thread at a time may use it.
typedef void *CTurboJPEGHandle;

enum {
  // Pixels of three bytes: red, green, blue.
  CTURBOJPEG_PIXELS_RGB = 0,
  // Fail where there are more than 500 scans.
  CTURBOJPEG_FLAG_LIMIT_SCANS = 32768,
  // Write into the memory of the caller, and allocate no other.
  CTURBOJPEG_FLAG_OWN_MEMORY = 1024,
  // The picture was decoded, but something was wrong with it.
  CTURBOJPEG_ERROR_WARNING = 0,
};

// The colour space of a JPEG.
enum {
  CTURBOJPEG_COLOURS_GREY = 2,
  CTURBOJPEG_COLOURS_CMYK = 3,
  CTURBOJPEG_COLOURS_YCCK = 4,
};

// The chroma subsampling of a JPEG: half the width and height.
enum {
  CTURBOJPEG_SAMPLING_420 = 2,
};

// tjInitDecompress, tjInitCompress
typedef CTurboJPEGHandle _Nullable (*CTurboJPEGMake)(void);

// tjDestroy
typedef int (*CTurboJPEGDestroy)(CTurboJPEGHandle handle);

// tjDecompressHeader3: 0, or -1 on an error.
typedef int (*CTurboJPEGReadHeader)(
  CTurboJPEGHandle handle, const unsigned char *bytes, unsigned long size, int *width, int *height, int *subsampling,
  int *colours);

// tjDecompress2: 0, or -1 on an error or a warning. `width` and `height` are the scaled size.
typedef int (*CTurboJPEGDecompress)(
  CTurboJPEGHandle handle, const unsigned char *bytes, unsigned long size, unsigned char *pixels, int width, int pitch,
  int height, int pixelFormat, int flags);

// tjBufSize: the greatest number of bytes that a picture takes, or -1 for an invalid size.
typedef unsigned long (*CTurboJPEGBound)(int width, int height, int sampling);

// tjCompress2: 0, or -1 on an error. `*size` is the capacity of `*jpeg`, and afterwards the number of bytes written.
typedef int (*CTurboJPEGCompress)(
  CTurboJPEGHandle handle, const unsigned char *pixels, int width, int pitch, int height, int pixelFormat,
  unsigned char *_Nonnull *_Nonnull jpeg, unsigned long *size, int sampling, int quality, int flags);

// tjGetErrorStr2: the handle's last error message.
typedef const char *_Nullable (*CTurboJPEGErrorWords)(CTurboJPEGHandle handle);

// tjGetErrorCode: the severity of the handle's last error.
typedef int (*CTurboJPEGErrorCode)(CTurboJPEGHandle handle);

#pragma clang assume_nonnull end
