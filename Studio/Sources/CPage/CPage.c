// Written by Sources/CPage/embed: do not edit.
#include "CPage.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file0[] = {
#embed "page/api.js"
};
static const unsigned char file1[] = {
#embed "page/app.js"
};
static const unsigned char file2[] = {
#embed "page/camera.js"
};
static const unsigned char file3[] = {
#embed "page/classes.js"
};
static const unsigned char file4[] = {
#embed "page/curve.js"
};
static const unsigned char file5[] = {
#embed "page/denied.html"
};
static const unsigned char file6[] = {
#embed "page/dialogs.js"
};
static const unsigned char file7[] = {
#embed "page/dom.js"
};
static const unsigned char file8[] = {
#embed "page/drop.js"
};
static const unsigned char file9[] = {
#embed "page/history.js"
};
static const unsigned char file10[] = {
#embed "page/hold.js"
};
static const unsigned char file11[] = {
#embed "page/icon.svg"
};
static const unsigned char file12[] = {
#embed "page/index.html"
};
static const unsigned char file13[] = {
#embed "page/keys.js"
};
static const unsigned char file14[] = {
#embed "page/live-view.js"
};
static const unsigned char file15[] = {
#embed "page/live.js"
};
static const unsigned char file16[] = {
#embed "page/matrix.js"
};
static const unsigned char file17[] = {
#embed "page/openapi.json"
};
static const unsigned char file18[] = {
#embed "page/picture-grid.js"
};
static const unsigned char file19[] = {
#embed "page/picture-source.js"
};
static const unsigned char file20[] = {
#embed "page/pictures.js"
};
static const unsigned char file21[] = {
#embed "page/review.js"
};
static const unsigned char file22[] = {
#embed "page/snippets.js"
};
static const unsigned char file23[] = {
#embed "page/speech.js"
};
static const unsigned char file24[] = {
#embed "page/store.js"
};
static const unsigned char file25[] = {
#embed "page/strings.js"
};
static const unsigned char file26[] = {
#embed "page/studio.css"
};
static const unsigned char file27[] = {
#embed "page/studio.webmanifest"
};
static const unsigned char file28[] = {
#embed "page/take-away.js"
};
static const unsigned char file29[] = {
#embed "page/trust.js"
};
static const unsigned char file30[] = {
#embed "page/upload-tray.js"
};
static const unsigned char file31[] = {
#embed "page/uploads.js"
};
static const unsigned char file32[] = {
#embed "page/viewer.js"
};

static const struct studio_file files[] = {
    {"api.js", file0, sizeof file0},
    {"app.js", file1, sizeof file1},
    {"camera.js", file2, sizeof file2},
    {"classes.js", file3, sizeof file3},
    {"curve.js", file4, sizeof file4},
    {"denied.html", file5, sizeof file5},
    {"dialogs.js", file6, sizeof file6},
    {"dom.js", file7, sizeof file7},
    {"drop.js", file8, sizeof file8},
    {"history.js", file9, sizeof file9},
    {"hold.js", file10, sizeof file10},
    {"icon.svg", file11, sizeof file11},
    {"index.html", file12, sizeof file12},
    {"keys.js", file13, sizeof file13},
    {"live-view.js", file14, sizeof file14},
    {"live.js", file15, sizeof file15},
    {"matrix.js", file16, sizeof file16},
    {"openapi.json", file17, sizeof file17},
    {"picture-grid.js", file18, sizeof file18},
    {"picture-source.js", file19, sizeof file19},
    {"pictures.js", file20, sizeof file20},
    {"review.js", file21, sizeof file21},
    {"snippets.js", file22, sizeof file22},
    {"speech.js", file23, sizeof file23},
    {"store.js", file24, sizeof file24},
    {"strings.js", file25, sizeof file25},
    {"studio.css", file26, sizeof file26},
    {"studio.webmanifest", file27, sizeof file27},
    {"take-away.js", file28, sizeof file28},
    {"trust.js", file29, sizeof file29},
    {"upload-tray.js", file30, sizeof file30},
    {"uploads.js", file31, sizeof file31},
    {"viewer.js", file32, sizeof file32},
};

struct studio_file studio_file_at(size_t index) {
  struct studio_file none = {0, 0, 0};
  return index < sizeof files / sizeof *files ? files[index] : none;
}
