// Teaches a classifier the pictures in a folder, saves it, and classifies a picture. See in-c.md.
//
//   cc -std=c11 teach.c -limprint -o teach
//   ./teach base.tflite flowers flowers.tflite rose.jpg

#include <imprint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Prints an error, frees it and ends the program.
static void fail(imprint_error *error) {
  const char *remedy = imprint_error_remedy(error);
  fprintf(stderr, "Error: %s\n", imprint_error_message(error));
  if (remedy != NULL) fprintf(stderr, "Hint: %s\n", remedy);
  imprint_error_free(error);
  exit(1);
}

// Shows how many pictures are done. The work would stop if it returned anything but 0.
static int show(void *context, size_t done, size_t total) {
  (void)context;
  fprintf(stderr, "\r%zu of %zu pictures", done, total);
  return 0;
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: %s BASE FOLDER OUTPUT PICTURE\n", arguments[0]);
    return 64;
  }
  imprint_error *error = NULL;

  imprint_options *options = imprint_options_create();
  imprint_teacher *teacher = NULL;
  if (imprint_options_set(options, "augment", "five", &error) != IMPRINT_OK) fail(error);
  if (imprint_teacher_open(arguments[1], options, &teacher, &error) != IMPRINT_OK) fail(error);
  imprint_options_free(options);

  if (imprint_teacher_learn_folder(teacher, arguments[2], 0, show, NULL, NULL, &error) != IMPRINT_OK) fail(error);
  fputc('\n', stderr);

  imprint_bytes *estimate = NULL;
  if (imprint_teacher_estimate(teacher, &estimate, &error) != IMPRINT_OK) fail(error);
  printf("%s\n", (const char *)imprint_bytes_data(estimate));
  imprint_bytes_free(estimate);

  if (imprint_teacher_save(teacher, arguments[3], 0, &error) != IMPRINT_OK) fail(error);
  imprint_teacher_free(teacher);

  imprint_classifier *classifier = NULL;
  imprint_answers *answers = NULL;
  const char *pictures[] = {arguments[4]};
  if (imprint_classifier_open(arguments[3], NULL, &classifier, &error) != IMPRINT_OK) fail(error);
  if (imprint_classifier_classify_files(classifier, pictures, 1, -INFINITY, 3, NULL, NULL, &answers, &error)
      != IMPRINT_OK) {
    fail(error);
  }
  if (imprint_answers_error(answers, 0) != NULL) {
    fprintf(stderr, "%s\n", imprint_answers_error(answers, 0));
  } else if (imprint_answers_is_unknown(answers, 0)) {
    printf("unknown\n");
  } else {
    for (size_t rank = 0; rank < imprint_answers_class_count(answers, 0); rank++) {
      printf("%s %.3f\n", imprint_answers_label(answers, 0, rank), imprint_answers_score(answers, 0, rank));
    }
  }
  imprint_answers_free(answers);
  imprint_classifier_free(classifier);
  return 0;
}
