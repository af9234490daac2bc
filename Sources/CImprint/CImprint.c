#include "imprint.h"

// That the header is C11 is checked here, by every build; that it is C++17, by a test.
_Static_assert(sizeof(imprint_status) == sizeof(int), "a status is an int");

// glibc 2.35 gave hypotf a new version; whoever links with --wrap=hypotf calls this one, and runs on older systems too.
#include <math.h>

float __wrap_hypotf(float x, float y);

float __wrap_hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)sqrt((double)x * (double)x + (double)y * (double)y);
}
