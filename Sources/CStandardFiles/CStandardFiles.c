#include "CStandardFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// A file that is opened later would get the number of a standard file that is closed: messages would end up in a model, and
// reading standard input would wait for events of the runtime. Swift's concurrency opens files before `main` is called, so
// this runs as the program is loaded.
__attribute__((constructor(101))) static void openStandardFiles(void) {
  // Standard input is empty, writing to standard output is an error, and messages are lost.
  static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
    if (fcntl(file, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[file]) < 0) return;
  }
}
