import Foundation
import Imprinting
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("C programs that use the C interface")
struct ProgramTests {
  @Test("The example of the documentation teaches a folder and classifies a picture")
  func example() throws {
    let folder = try TemporaryFolder()
    let program = try CProgram(Material.packageRoot.appending(path: "Documentation/teach.c"), in: folder)
    let flowers = folder.appending("flowers")
    for name in ["daisy", "tulip"] {
      let pictures = try FileManager.default.contentsOfDirectory(
        at: Material.flowers17.appending(path: name), includingPropertiesForKeys: nil
      ).sorted { $0.path < $1.path }.prefix(4)
      try FileManager.default.createDirectory(
        at: flowers.appending(path: name), withIntermediateDirectories: true)
      for picture in pictures {
        try FileManager.default.copyItem(
          at: picture, to: flowers.appending(path: "\(name)/\(picture.lastPathComponent)"))
      }
    }
    let model = folder.appending("flowers.tflite")
    let outcome = try program.run([
      Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor").path, flowers.path, model.path,
      flowers.appending(path: "daisy").appending(
        path: FileManager.default.contentsOfDirectory(atPath: flowers.appending(path: "daisy").path)[0]
      ).path,
    ])
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.output.contains("\"accuracy\""))
    #expect(outcome.output.contains("daisy "))
    #expect(FileManager.default.fileExists(atPath: model.path))
    #expect(try program.run([model.path, "/nowhere", model.path, "x"]).stderr.contains("Error: "))
  }

  @Test("A file taught from pixels in C is the file taught from them in Swift, byte for byte")
  func sameBytes() async throws {
    let folder = try TemporaryFolder()
    let base = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
    let (width, height) = (60, 40)
    // The same pixels in both languages.
    let pictures = (0..<6).map { number in
      (0..<(3 * width * height)).map { UInt8(truncatingIfNeeded: $0 * (7 + 3 * number) + $0 / 90 * number) }
    }
    let buffers = try pictures.map { try PixelBuffer(width: width, height: height, bytes: $0) }
    let teacher = try Teacher(model: base)
    try await teacher.learn([("a", Array(buffers[..<3])), ("b", Array(buffers[3...]))])
    let file = folder.appending("swift.tflite")
    try await teacher.save(to: file)
    let program = try CProgram(
      text: """
        #include <imprint.h>
        #include <stdlib.h>

        int main(int count, char **arguments) {
          if (count != 3) return 64;
          imprint_teacher *teacher = NULL;
          imprint_pixels pictures[6];
          const char *labels[6];
          for (int number = 0; number < 6; number++) {
            uint8_t *pixels = malloc(3 * \(width) * \(height));
            for (int i = 0; i < 3 * \(width) * \(height); i++) {
              pixels[i] = (uint8_t)(i * (7 + 3 * number) + i / 90 * number);
            }
            pictures[number] = (imprint_pixels){pixels, \(width), \(height), 0, IMPRINT_RGB};
            labels[number] = number < 3 ? "a" : "b";
          }
          if (imprint_teacher_open(arguments[1], NULL, &teacher, NULL) != IMPRINT_OK) return 1;
          if (imprint_teacher_learn_pixels(teacher, pictures, labels, 6, NULL, NULL, NULL, NULL) != IMPRINT_OK) return 2;
          if (imprint_teacher_save(teacher, arguments[2], 0, NULL) != IMPRINT_OK) return 3;
          imprint_teacher_free(teacher);
          for (int number = 0; number < 6; number++) free((void *)(uintptr_t)pictures[number].pixels);
          return 0;
        }
        """, in: folder)
    let made = folder.appending("c.tflite")
    #expect(try program.run([base.path, made.path]).code == 0)
    #expect(try Data(contentsOf: made) == Data(contentsOf: file))
  }

  @Test("The work stops where the progress function says so, and nothing is learnt")
  func stopping() throws {
    let folder = try TemporaryFolder()
    let program = try CProgram(
      text: """
        #include <imprint.h>
        #include <string.h>

        static int stop(void *context, size_t done, size_t total) {
          (void)done;
          *(size_t *)context = total;
          return 1;
        }

        int main(int count, char **arguments) {
          if (count != 3) return 64;
          imprint_teacher *teacher = NULL;
          imprint_error *error = NULL;
          imprint_bytes *labels = NULL;
          size_t total = 0;
          if (imprint_teacher_open(arguments[1], NULL, &teacher, NULL) != IMPRINT_OK) return 1;
          if (imprint_teacher_learn_folder(teacher, arguments[2], 0, stop, &total, NULL, &error) != IMPRINT_CANCELLED) {
            return 2;
          }
          if (total == 0 || imprint_error_message(error) == NULL) return 3;
          imprint_error_free(error);
          if (imprint_teacher_labels(teacher, &labels, NULL) != IMPRINT_OK) return 4;
          return strcmp((const char *)imprint_bytes_data(labels), "[]") == 0 ? 0 : 5;
        }
        """, in: folder)
    let base = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
    let outcome = try program.run([base.path, Material.flowers17.path])
    #expect(outcome.code == 0, "\(outcome.stderr)")
  }

  @Test("A model of unusual operators is tried in a process of its own, where that is named")
  func trial() throws {
    let folder = try TemporaryFolder()
    let model = folder.appending("hungry.tflite")
    try Data(HungryModel.model().serialized().bytes()).write(to: model)
    let program = try CProgram(
      text: """
        #include <imprint.h>
        #include <string.h>

        int main(int count, char **arguments) {
          if (count != 3) return 64;
          imprint_options *options = imprint_options_create();
          imprint_extractor *extractor = NULL;
          imprint_error *error = NULL;
          if (imprint_options_set(options, "trial", arguments[2], NULL) != IMPRINT_OK) return 1;
          if (imprint_extractor_open(arguments[1], options, &extractor, &error) != IMPRINT_FAILED) return 2;
          int isNamed = strstr(imprint_error_message(error), "CAST, FILL") != NULL;
          imprint_error_free(error);
          imprint_options_free(options);
          return isNamed ? 0 : 3;
        }
        """, in: folder)
    let command = CProgram.libraries.appending(path: "imprint")
    #expect(try program.run([model.path, command.path]).code == 0)
  }

  @Test("A NULL, a handle of another type and a forked process give a status, and no crash")
  func misuse() throws {
    let folder = try TemporaryFolder()
    let program = try CProgram(
      text: """
        #include <imprint.h>
        #include <assert.h>
        #include <math.h>
        #include <string.h>
        #include <sys/wait.h>
        #include <unistd.h>

        int main(int count, char **arguments) {
          (void)count;
          imprint_error *error = NULL;
          imprint_classifier *classifier = NULL;
          imprint_answers *answers = NULL;
          assert(strcmp(imprint_version(), "0.1.0") == 0);
          assert(imprint_classifier_open(NULL, NULL, &classifier, &error) == IMPRINT_INVALID);
          assert(strcmp(imprint_error_identifier(error), "InvalidArgument") == 0);
          imprint_error_free(error);
          assert(imprint_classifier_open("/nowhere.tflite", NULL, &classifier, NULL) == IMPRINT_FAILED);
          assert(classifier == NULL);
          assert(imprint_classifier_classify_files(NULL, NULL, 0, 0, 1, NULL, NULL, &answers, NULL) == IMPRINT_INVALID);

          imprint_options *options = imprint_options_create();
          assert(imprint_options_set(options, "threads", "none", &error) == IMPRINT_INVALID);
          assert(strstr(imprint_error_message(error), "threads") != NULL);
          imprint_error_free(error);
          assert(imprint_options_set(options, "cache", "off", NULL) == IMPRINT_OK);
          assert(imprint_classifier_open(arguments[1], options, &classifier, NULL) == IMPRINT_OK);
          assert(imprint_classifier_classify_files(
            (const imprint_classifier *)(const void *)options, NULL, 0, 0, 1, NULL, NULL, &answers, NULL) == IMPRINT_INVALID);
          imprint_options_free(options);

          uint8_t pixels[12] = {0};
          imprint_pixels picture = {pixels, 2, 2, 0, IMPRINT_RGB};
          assert(imprint_classifier_classify_pixels(classifier, &picture, 1, -INFINITY, 1, NULL, NULL, &answers, NULL)
            == IMPRINT_OK);
          assert(imprint_answers_count(answers) == 1 && imprint_answers_class_count(answers, 0) == 1);
          assert(imprint_answers_label(answers, 0, 0) != NULL && imprint_answers_label(answers, 0, 1) == NULL);
          assert(imprint_answers_class_id(answers, 7, 0) == -1 && isnan(imprint_answers_score(answers, 0, 1)));
          imprint_answers_free(answers);
          picture.height = -1;
          assert(imprint_classifier_classify_pixels(classifier, &picture, 1, -INFINITY, 1, NULL, NULL, &answers, NULL)
            == IMPRINT_FAILED);
          picture.height = 2;
          picture.bytes_per_row = 5;
          assert(imprint_classifier_classify_pixels(classifier, &picture, 1, -INFINITY, 1, NULL, NULL, &answers, NULL)
            == IMPRINT_FAILED);

          pid_t child = fork();
          if (child == 0) {
            picture.bytes_per_row = 6;
            int status = imprint_classifier_classify_pixels(
              classifier, &picture, 1, -INFINITY, 1, NULL, NULL, &answers, NULL);
            _exit(status == IMPRINT_FORKED ? 0 : 1);
          }
          int ended = 0;
          assert(waitpid(child, &ended, 0) == child && WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
          imprint_classifier_free(classifier);
          imprint_classifier_free(NULL);
          return 0;
        }
        """, in: folder)
    let outcome = try program.run([Material.model("mobilenet_v1_0.25_128_quant").path])
    #expect(outcome.code == 0, "\(outcome.stderr)")
  }
}
