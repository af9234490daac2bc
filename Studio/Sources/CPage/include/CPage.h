#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// A file of the page.
struct studio_file {
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

/// Returns the file of an index, or a file without a name past the last.
struct studio_file studio_file_at(size_t index);

#endif
