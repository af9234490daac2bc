public import Platform

/// Why a model cannot be read, changed or built.
public struct SurgeryError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case notOneInputAndOutput, noImprintingTail, noVector, unsuitable, badNumbers, badConstant, badOperator, tooLarge
    case cannotAdapt, badRows, badNormalization, notOneGraph, bound, cannotBuild, compiled
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

extension SurgeryError {
  /// The model has no graph, or not exactly one input and one output.
  public static func notOneInputAndOutput(inputs: Int, outputs: Int) -> Self {
    Self(
      .notOneInputAndOutput,
      "the model has \(inputs) input\(inputs == 1 ? "" : "s") and \(outputs) output\(outputs == 1 ? "" : "s"); a model with "
        + "one picture in and one vector out is needed")
  }

  /// The model does not end in the layers that imprinting needs: `found` are its last operators, `because` is what is
  /// missing.
  public static func noImprintingTail(found: String, because: String) -> Self {
    Self(
      .noImprintingTail, "the model cannot be imprinted: \(because); it ends in \(found)",
      remedy: """
        use an embedding extractor, or a model that ends in L2_NORMALIZATION → CONV_2D 1x1 → MUL → RESHAPE → SOFTMAX; \
        an ordinary classifier must be adapted first
        """)
  }

  /// The tensor `tensor`, of the shape `shape`, is not a single vector.
  public static func noVector(tensor: String, shape: [Int32]) -> Self {
    Self(.noVector, "the tensor \(tensor) has the shape \(shape), where a single vector is needed")
  }

  /// A tensor has a type, shape or quantisation that the operation does not support.
  public static func unsuitable(tensor: String, because: String) -> Self {
    Self(.unsuitable, "the tensor \(tensor) cannot be used: \(because)")
  }

  /// Numbers from which operators are to be built do not fit together, or are not finite. `owner` names their owner,
  /// such as "the head".
  public static func badNumbers(of owner: String, because: String) -> Self {
    Self(.badNumbers, "the numbers of \(owner) cannot be used: \(because)")
  }

  /// A constant is not in the file, or does not have the size that its shape and type require.
  public static func badConstant(tensor: String, expected: Int?, found: Int) -> Self {
    Self(
      .badConstant,
      expected.map {
        "the constant \(tensor) holds \(found) bytes where its shape and type require \($0): the file is damaged"
      } ?? "the constant \(tensor) has a shape or type without a size: the file is damaged")
  }

  /// An operator, by name and index, cannot run.
  public static func badOperator(_ name: String, number: Int, because: String) -> Self {
    Self(.badOperator, "operator \(number), \(name), cannot run: \(because); the file is damaged")
  }

  /// An operator runs another graph of the model, and may do so for ever.
  public static func runsGraph(_ name: String, number: Int) -> Self {
    Self(
      .badOperator, "operator \(number), \(name), runs another graph of the model, which is not supported",
      remedy: "convert the network without branches and loops")
  }

  /// The model is compiled for a device that this package cannot use; `compiler` names the device and the compiler.
  public static func compiled(_ name: String, for compiler: String) -> Self {
    Self(
      .compiled, "the model is compiled for \(compiler) (its operator \(name)), and runs on no other device",
      remedy: "use the file from which it was compiled")
  }

  /// A tensor needs more memory than any image model does.
  public static func tooLarge(tensor: String, shape: [Int32]) -> Self {
    Self(
      .tooLarge,
      "the tensor \(tensor) has the shape \(shape), larger than any image model needs: the file is damaged")
  }

  /// The model's last layers cannot be replaced or extended: `found` are its last operators, `because` is the reason.
  public static func cannotAdapt(found: String, because: String) -> Self {
    Self(
      .cannotAdapt, "the model cannot be adapted: \(because); it ends in \(found)",
      remedy: """
        use an image classifier with one output whose last layer is a FULLY_CONNECTED or a 1x1 CONV_2D, or an embedding \
        extractor
        """)
  }

  /// The rows to be written do not fit the head.
  public static func badRows(expected: Int, found: Int) -> Self {
    Self(.badRows, "the head needs \(expected) bytes of weights and got \(found)")
  }

  /// The model's metadata describes an invalid normalisation of pictures.
  public static func badNormalization(because: String) -> Self {
    Self(
      .badNormalization,
      "the model's metadata (TFLITE_METADATA) describes an invalid normalisation of pictures: \(because)",
      remedy: "write the metadata again with the tool that made the model")
  }

  /// The model has more than one graph, or none.
  public static func notOneGraph(_ count: Int) -> Self {
    Self(.notOneGraph, "the model has \(count) graphs; only models with one graph can be split and joined")
  }

  /// An operator prevents splitting and joining the model.
  public static func bound(operator name: String, because: String) -> Self {
    Self(.bound, "the model cannot be split or joined: its operator \(name) \(because)")
  }

  /// A layer, by name, cannot be added to a graph.
  public static func cannotBuild(layer: String, because: String) -> Self {
    Self(.cannotBuild, "the layer \(layer) cannot be built: \(because)")
  }
}
