import ArgumentParser

/// Options as Coral's `imprinting_learning.py` writes them, so that a call of it needs another name at its beginning only.
///
/// They are told of in `Documentation/coming-from-coral.md` and nowhere else.
struct CoralTrainingOptions: ParsableArguments {
  @Option(name: .customLong("model_path"), help: .hidden)
  var modelPath: String?

  @Option(name: .customLong("test_ratio"), help: .hidden)
  var testRatio: Double?

  @Flag(name: .customLong("keep_classes"), help: .hidden)
  var keepClasses = false
}
