import ModelSurgery

/// Why a model cannot be taught, run or saved.
public enum ImprintingError: Error, Sendable, Hashable {
  /// The model's input is no picture; `shape` and `type` are what it is.
  case noPictureInput(shape: [Int32], type: String)
  /// The model was compiled for the Edge TPU and runs nowhere else, and `reason` is why it does not here.
  case needsEdgeTPU(operators: String, reason: String)
  /// An Edge TPU was asked for, and nothing in the model was compiled for it.
  case notForEdgeTPU
  /// A class id that is negative, or beyond the next free one.
  case classIDOutOfOrder(Int, next: Int)
  /// A class that came with the base model, which imprinting must not change.
  case baseClass(Int, name: String?)
  /// Classes are to be kept of a model that has none: a bare embedding extractor.
  case noClassesToKeep
  /// Saving before anything was learnt.
  case nothingLearnt
  /// A picture that is not of the size that the model takes.
  case wrongPictureSize(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int)
  /// Pictures in memory are to be looked at more than once, for which the files are needed.
  case viewsOfDecoded(Views)
  /// A tensor that is not of the size that the model takes, in bytes.
  case wrongTensorSize(bytes: Int, expected: Int)
  /// An embedding that is not of the model's dimension.
  case wrongEmbedding(count: Int, expected: Int)
  /// An embedding with a number that is infinite or none.
  case notFinite
  /// A class's name that a label file cannot hold.
  case badName(String)
  /// No picture to learn from.
  case noPictures
  /// `topK` is not positive.
  case badTopK(Int)
  /// Classes of pictures that are not among the `known` classes of the model.
  case unknownClasses([String], known: Int)
  /// A label file that cannot be read.
  case badLabels(path: String, reason: String)
  /// A share of pictures to hold back that is not within 0 ..< 1.
  case badTestRatio(Double)
  /// A share of pictures that may be called unknown that is not within 0 ..< 1.
  case badUnknownRate(Double)
}

extension ImprintingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noPictureInput(let shape, let type):
      "the model takes \(type) \(shape), where a picture [1, height, width, 3] of UINT8, INT8 or FLOAT32 is needed"
    case .needsEdgeTPU(let operators, let reason):
      """
      the model is compiled for the Edge TPU (\(operators)), a Coral device, and runs on nothing else; \(reason). Without \
      one take the file that it was compiled from, without _edgetpu in its name
      """
    case .notForEdgeTPU:
      """
      nothing in the model is compiled for the Edge TPU: compile it with edgetpu_compiler, or let it run on the processor \
      with --device cpu
      """
    case .classIDOutOfOrder(let id, let next):
      "class \(id) cannot be taught: ids run from 0 without a gap, and the next free one is \(next)"
    case .baseClass(let id, let name):
      """
      class \(id)\(name.map { " (\($0))" } ?? "") came with the base model and cannot be taught further: \
      teach it as a new class under another name, or do not keep the base's classes
      """
    case .noClassesToKeep:
      "there are no classes to keep: the model is a bare embedding extractor"
    case .viewsOfDecoded(let views):
      "\(views.words) of pictures in memory cannot be had, of files they can: look at them once"
    case .nothingLearnt:
      "nothing was learnt yet: teach at least one class before saving"
    case .wrongPictureSize(let width, let height, let expectedWidth, let expectedHeight):
      "the picture is \(width)x\(height); the model takes \(expectedWidth)x\(expectedHeight)"
    case .wrongTensorSize(let bytes, let expected):
      "the tensor has \(bytes) bytes; the model takes \(expected)"
    case .wrongEmbedding(let count, let expected):
      "the embedding has \(count) elements; the model's have \(expected)"
    case .notFinite:
      "the embedding holds a number that is infinite or none (NaN)"
    case .badName(let name):
      """
      "\(name.split(whereSeparator: \.isNewline).joined(separator: "⏎"))" is no name for a class: it must be one line, \
      with something on it and no space at its ends
      """
    case .noPictures:
      "there is no picture to learn from"
    case .badTopK(let topK):
      "topK is \(topK); ask for at least one class"
    case .unknownClasses(let names, let known):
      """
      the model has no class named \(names.map { "\"\($0)\"" }.joined(separator: ", ")) among its \(known): \
      the folders' names must be those of its labels
      """
    case .badLabels(let path, let reason):
      "the label file \(path) cannot be used: \(reason)"
    case .badTestRatio(let ratio):
      "the share of pictures to hold back is \(ratio); it must be at least 0 and less than 1"
    case .badUnknownRate(let rate):
      "the share of pictures that may be called unknown is \(rate); it must be at least 0 and less than 1"
    }
  }
}
