/// Why a model cannot be operated on.
public enum SurgeryError: Error, Sendable, Hashable {
  /// The model has no graph, or not the one input and one output that are needed.
  case notOneInputAndOutput(inputs: Int, outputs: Int)
  /// The model does not end in the layers that imprinting needs. `found` are its last operators, `because` what is amiss.
  case noImprintingTail(found: String, because: String)
  /// The model's output is no single vector. `shape` is what it is.
  case noVector(tensor: String, shape: [Int32])
  /// A tensor has a type, shape or quantisation that the operation does not take.
  case unsuitable(tensor: String, because: String)
  /// A constant that is needed to be in the file is not there, or not of the size that its shape asks for.
  case badConstant(tensor: String, expected: Int?, found: Int)
  /// An operator, by name and place, that cannot run: `because` says why.
  case badOperator(String, number: Int, because: String)
  /// Running the model would take more memory than any picture model does.
  case tooLarge(tensor: String, shape: [Int32])
  /// The model cannot be given the imprinting tail. `found` are its last operators, `because` what is amiss.
  case cannotAdapt(found: String, because: String)
  /// The rows to write do not fit the head.
  case badRows(expected: Int, found: Int)
  /// The model's metadata asks for a normalisation of pictures that makes no sense.
  case badNormalization(because: String)
  /// The model has another number of graphs than one, so that it cannot be taken apart or put together.
  case notOneGraph(Int)
  /// An operator, by name, stands against taking a model apart or putting it together: `because` says why.
  case bound(operator: String, because: String)
  /// A layer, by name, cannot be added to a graph.
  case cannotBuild(layer: String, because: String)
}

extension SurgeryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notOneInputAndOutput(let inputs, let outputs):
      "the model has \(inputs) inputs and \(outputs) outputs; a model with one picture in and one vector out is needed"
    case .noImprintingTail(let found, let because):
      """
      the model cannot be imprinted: \(because). It ends in \(found). Needed is either a bare embedding extractor, or a \
      model that ends in L2_NORMALIZATION → CONV_2D 1x1 → MUL → RESHAPE → SOFTMAX; 'imprint model adapt' makes one of an \
      ordinary classifier
      """
    case .noVector(let tensor, let shape):
      "the model's output \(tensor) has the shape \(shape), where a single vector is needed"
    case .unsuitable(let tensor, let because):
      "the tensor \(tensor) does not serve: \(because)"
    case .badConstant(let tensor, let expected, let found):
      if let expected {
        "the constant \(tensor) holds \(found) bytes where its shape and type ask for \(expected): the file is damaged"
      } else {
        "the constant \(tensor) has a shape or type of which no size follows: the file is damaged"
      }
    case .badOperator(let name, let number, let because):
      "operator \(number), \(name), cannot run: \(because). The file is damaged"
    case .tooLarge(let tensor, let shape):
      "the tensor \(tensor) has the shape \(shape), more than a picture model can need: the file is damaged"
    case .cannotAdapt(let found, let because):
      """
      the model cannot be adapted: \(because). It ends in \(found). Needed is an image classifier with one output whose \
      last layer is a FULLY_CONNECTED or a 1x1 CONV_2D, or a bare embedding extractor
      """
    case .badRows(let expected, let found):
      "the head takes \(expected) bytes of weights and was given \(found)"
    case .badNormalization(let because):
      """
      the model's metadata (TFLITE_METADATA) asks for a normalisation of pictures that makes no sense: \(because); have \
      it written anew where the model comes from
      """
    case .notOneGraph(let count):
      "the model has \(count) graphs; only models of one graph can be taken apart and put together"
    case .bound(let name, let because):
      "the model cannot be taken apart or put together: its operator \(name) \(because)"
    case .cannotBuild(let layer, let because):
      "the layer \(layer) cannot be built: \(because)"
    }
  }
}
