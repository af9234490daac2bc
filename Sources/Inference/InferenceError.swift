public import Heads
public import Platform

/// Why a model cannot run on a picture.
public struct InferenceError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case noPictureInput, needsEdgeTPU, notForEdgeTPU, wrongPictureSize, wrongTensorSize, augmentationOfDecoded,
      noPictures, crashes, cannotRun
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }

  /// The model's input is not a picture; `shape` and `type` describe the input.
  public static func noPictureInput(shape: [Int32], type: String) -> Self {
    Self(
      .noPictureInput,
      "the model takes \(type) \(shape), where a picture of UINT8, INT8 or FLOAT32 is needed: [1, height, width, 3], "
        + "[1, 3, height, width], or one channel in place of the 3")
  }

  /// The model was compiled for the Edge TPU and runs on no other device; `reason` says why no Edge TPU can be used.
  public static func needsEdgeTPU(operators: String, reason: String) -> Self {
    Self(
      .needsEdgeTPU,
      "the model is compiled for the Edge TPU (\(operators)), a Coral device, and runs on no other device: \(reason)",
      remedy: "without a device use the file from which it was compiled, the one without _edgetpu in its name")
  }

  /// An Edge TPU was requested, but no operator of the model was compiled for it.
  public static let notForEdgeTPU = Self(
    .notForEdgeTPU, "no operator of the model is compiled for the Edge TPU",
    remedy: "compile the model with edgetpu_compiler, or run it on the processor")

  /// The picture does not have the size that the model takes.
  public static func wrongPictureSize(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int) -> Self {
    Self(
      .wrongPictureSize, "the picture is \(width)x\(height); the model takes \(expectedWidth)x\(expectedHeight)")
  }

  /// The tensor does not have the size that the model takes, in bytes.
  public static func wrongTensorSize(bytes: Int, expected: Int) -> Self {
    Self(.wrongTensorSize, "the tensor has \(bytes) bytes; the model takes \(expected)")
  }

  /// The caller asked to augment resized pictures in memory; augmentation needs the original pictures.
  public static func augmentationOfDecoded(_ augmentation: Augmentation) -> Self {
    Self(
      .augmentationOfDecoded, "resized pictures in memory cannot be augmented (\(augmentation))",
      remedy: "use them without augmentation, or use their files")
  }

  /// None of the pictures can be read.
  public static let noPictures = Self(.noPictures, "there is no picture that can be read")

  /// The runtime reported an error in a trial of the model; `operators` are the ones that it may lack.
  public static func cannotRun(operators: [String], reason: String) -> Self {
    Self(.cannotRun, "\(reason) (the model's unusual operators: \(operators.joined(separator: ", ")))")
  }

  /// A trial of the model in a separate process ended it; `operators` are the ones that are not fully checked in advance.
  public static func crashes(operators: [String], how: String) -> Self {
    Self(
      .crashes,
      "the model cannot be run safely: it \(how) (its unusual operators: \(operators.joined(separator: ", ")))",
      remedy: "use an undamaged copy of the file, or convert the network again")
  }
}
