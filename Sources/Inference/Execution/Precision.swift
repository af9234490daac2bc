import Heads

/// In whose arithmetic a model is run.
///
/// Processors that add up products of signed bytes at once run a uint8 model 1.5 to 2.7 times as fast once it is
/// rewritten as int8, as ``/ModelSurgery/Requantization`` does in memory. Its numbers differ a little: top-1 accuracy on
/// flowers17 stays within 0.006.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// Rewritten where the model can be and the processor gains from it, else as the file has it.
  case automatic = "auto"
  /// As the file has it: the same numbers on every processor, and those of other programs that run the file.
  case exact
  /// Rewritten wherever the model can be, whatever the processor.
  case rewritten
}
