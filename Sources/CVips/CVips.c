#include "CVips.h"

// VIPS_ACCESS_SEQUENTIAL and VIPS_FAIL_ON_TRUNCATED.
enum { SEQUENTIAL = 1, FAIL_ON_TRUNCATED = 1 };

// The end of the optional arguments: a pointer, whose width may differ from that of an int.
#define END ((void *)0)

int CVipsLoad(const void *function, const void *bytes, size_t size, CVipsImage **made) {
  int (*call)(const void *, size_t, CVipsImage **, ...) = (int (*)(const void *, size_t, CVipsImage **, ...))function;
  return call(bytes, size, made, "access", SEQUENTIAL, "fail_on", FAIL_ON_TRUNCATED, END);
}

int CVipsFlatten(
  const void *function, CVipsImage *image, CVipsNumbers *background, double opaque, CVipsImage **made) {
  int (*call)(CVipsImage *, CVipsImage **, ...) = (int (*)(CVipsImage *, CVipsImage **, ...))function;
  return call(image, made, "background", background, "max_alpha", opaque, END);
}

int CVipsApplyProfile(const void *function, CVipsImage *image, CVipsImage **made) {
  int (*call)(CVipsImage *, CVipsImage **, const char *, ...) =
    (int (*)(CVipsImage *, CVipsImage **, const char *, ...))function;
  return call(image, made, "srgb", "embedded", 1, "depth", 8, END);
}

int CVipsConvertColours(const void *function, CVipsImage *image, int interpretation, CVipsImage **made) {
  int (*call)(CVipsImage *, CVipsImage **, int, ...) = (int (*)(CVipsImage *, CVipsImage **, int, ...))function;
  return call(image, made, interpretation, END);
}

int CVipsCast(const void *function, CVipsImage *image, int format, CVipsImage **made) {
  int (*call)(CVipsImage *, CVipsImage **, int, ...) = (int (*)(CVipsImage *, CVipsImage **, int, ...))function;
  return call(image, made, format, END);
}

int CVipsTakeBands(const void *function, CVipsImage *image, int first, int count, CVipsImage **made) {
  int (*call)(CVipsImage *, CVipsImage **, int, ...) = (int (*)(CVipsImage *, CVipsImage **, int, ...))function;
  return call(image, made, first, "n", count, END);
}
