import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The files that `train` reads and writes.
struct TrainFiles: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Pictures to train on: a folder with one subfolder per class, or a list of 'path,label' lines.",
      valueName: "path"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Embeddings of earlier pictures to train on: a file written by 'imprint embed', 'merge' or 'train'.",
      valueName: "file"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      """
      Base model: a classifier, an embedding extractor, or a model in Coral's imprinting layout; or 'auto' for the one of \
      'imprint model fetch' with the best leave-one-out accuracy on the pictures. (default: the model of 'imprint model fetch')
      """, valueName: "file|auto"))
  var model: String?

  @Option(help: ArgumentHelp("Most time for a picture that --model auto allows.", valueName: "ms"))
  var mostMs: Double?

  @Option(help: ArgumentHelp("Largest file that --model auto allows.", valueName: "MB"))
  var mostMb: Double?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      """
      Classifier to write. Its labels go into a .txt file beside it, the embeddings into an .embeddings file. (default: \
      the name of the base model with '_retrained')
      """, valueName: "file"))
  var output: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Write the embeddings of the pictures beside the classifier, to continue training from later.")
  var embeddings = true

  @Flag(
    help: """
      If training fails half-way, for example because a device is unplugged, write the embeddings computed so far, to \
      continue with --from.
      """)
  var savePartial = false

  @Option(
    help: ArgumentHelp(
      "Write an HTML report with the measures of each class, charts and the pictures whose labels look wrong.",
      valueName: "file"))
  var report: String?

  @OptionGroup var caching: CacheOptions

  @OptionGroup var budget: BudgetOptions
}

/// How `train` learns the classes.
struct TrainSettings: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Method that solves the last layer. (default: analytic, or imprinted to continue classes in Coral's layout)",
      valueName: "method"))
  var head: HeadChoice?

  @Option(
    help: ArgumentHelp(
      """
      Augmentation: embed each picture in \(Augmentation.views). (default: five for up to \(Augmentation.usualLimit) \
      pictures, else none; none with --head imprinted)
      """, valueName: "views"))
  var augment: Augmentation?

  @Option(
    help: ArgumentHelp(
      "How to fit a picture to the model's input: \(Resize.values). (default: the mode of the kept classes, else crop)",
      valueName: "mode"))
  var resize: Resize?

  @Flag(help: "Keep the model's classes. Those that imprint taught to it can be taught further.")
  var keepClasses = false

  @OptionGroup var labels: LabelFileOption

  @OptionGroup var labelFormat: LabelFormatOption

  @Option(
    help: ArgumentHelp(
      "Number of pictures whose labels look wrong to print, or all. (default: 10)", valueName: "n|all"))
  var suspects: SuspectCount?

  @Option(
    help: ArgumentHelp(
      "Teach a folder of --data under another name, as when a kept class has its name. Can be repeated.",
      valueName: "folder=name"))
  var rename: [ClassRenaming] = []

  @Flag(
    help: "Teach folders that have the name of a kept class as classes of their own: 'daisy' becomes 'daisy (new)'.")
  var separate = false

  @Option(
    help: ArgumentHelp("Most pictures per class to train on, drawn at random. (default: all)", valueName: "n"))
  var shots: Int?

  @Option(help: ArgumentHelp("Seed of the random draws of --shots, --test-ratio and --folds.", valueName: "n"))
  var seed: UInt64 = 0
}

/// The pictures that `train` holds back.
struct HeldBackOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Fraction of each class's pictures to hold back and evaluate on, at least 0 and less than 1. (default: 0)",
      valueName: "fraction"))
  var testRatio: Double?

  @Option(
    help: ArgumentHelp(
      """
      Pictures that --test-ratio holds back: a random draw by --seed that never parts pictures that show the same, or the \
      first of each class by name. (default: random)
      """, valueName: "which"))
  var heldBack: Episodes.HeldBack?

  @Option(
    help: ArgumentHelp(
      "Column of the list that says which pictures are held back: test or val, not train. (default: split)",
      valueName: "name"))
  var splitColumn: String?

  @Option(
    help: ArgumentHelp("Other pictures to evaluate on: a folder or a list, as for --data.", valueName: "path"))
  var test: String?

  @Option(
    help: ArgumentHelp(
      "Also estimate the accuracy in this many folds, each classified by a head of the others.", valueName: "n"))
  var folds: Int?

  @Option(help: GroupChoice.help)
  var group: String?

  @Flag(help: "Hold back every picture that --shots does not draw.")
  var testRest = false

  @Option(
    help: ArgumentHelp(
      "Write the list of the pictures held back, as 'evaluate --data' reads it.", valueName: "file"))
  var listHeldBack: String?
}
