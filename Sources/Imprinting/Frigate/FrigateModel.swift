import Heads
import Inference
import ModelSurgery
public import Pictures
public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The model of one of Frigate's custom classifications: `model.tflite` and `labelmap.txt` in `model_cache/NAME`.
///
/// Frigate squashes the picture to 224x224 with OpenCV's linear filter, gives its bytes as uint8 RGB, divides the output by its sum, and takes the line
/// of the best class as its name. It runs these classifiers on the processor.
public enum FrigateModel {
  /// The least score with which Frigate takes an answer, unless its configuration has another.
  public static let threshold = 0.8
  /// How Frigate resizes pictures.
  public static let resize = Resize.linear
  /// The sides of Frigate's pictures.
  static let side = 224

  /// Checks that Frigate can run classifiers with a base.
  ///
  /// - Throws: ``FrigateError``.
  public static func check(base: Model) throws {
    guard base.compiledOperatorCount == 0 else { throw FrigateError.edgeTPU }
    let (input, _) = try base.onlyInputAndOutput()
    let tensor = base.mainSubgraph?.tensor(input)
    let picture = try PictureInput(of: base)
    guard tensor?.type == .uint8, tensor?.shape == [1, Int32(side), Int32(side), 3], picture.takesBytes else {
      throw FrigateError.otherInput(
        "\(tensor.map { "\($0.type)" } ?? "nothing") \(picture.width)x\(picture.height)x\(picture.channelCount)")
    }
  }

  /// Writes a classifier for Frigate, both files or none, after copying files of another origin to `model.backup.tflite` and
  /// `labelmap.backup.txt`, or with a number where there are such copies.
  ///
  /// - Parameters:
  ///   - model: The classifier.
  ///   - labels: The names of its classes.
  ///   - folder: The folder, which exists.
  /// - Returns: The two files, and the copies.
  /// - Throws: `TFLiteError`, `AtomicFileError`.
  public static func write(
    _ model: Model, labels: Labels, classes: Int, to folder: URL
  ) throws -> (model: URL, labels: URL, backups: [URL]) {
    let pieces = try model.serialized().pieces
    let files = (model: folder.appending(path: "model.tflite"), labels: folder.appending(path: "labelmap.txt"))
    let backups = try backUp(files.model, files.labels)
    try AtomicFile.write([
      (AtomicFile(files.model), pieces),
      (AtomicFile(files.labels), [Bytes(Array(labels.text(.plain, count: classes).utf8))]),
    ])
    return (files.model, files.labels, backups)
  }

  private static func backUp(_ model: URL, _ labels: URL) throws -> [URL] {
    let manager = FileManager.default
    let existing = [model, labels].filter { manager.fileExists(atPath: $0.path) }
    guard !existing.isEmpty else { return [] }
    // Models of this program are made again from the pictures.
    if let before = try? Model(contentsOf: model), before.imprintedResize != nil { return [] }
    var number = 1
    func copies() -> [URL] {
      existing.map { file in
        let name = file.deletingPathExtension().lastPathComponent
        let copy = "\(name).backup\(number == 1 ? "" : "-\(number)").\(file.pathExtension)"
        return file.deletingLastPathComponent().appending(path: copy)
      }
    }
    while number < 10_000, copies().contains(where: { manager.fileExists(atPath: $0.path) }) { number += 1 }
    for (file, copy) in zip(existing, copies()) {
      do {
        try AtomicFile(copy).write([try Bytes(mapping: file)])
      } catch let error as AtomicFileError {
        throw error
      } catch {
        throw AtomicFileError.cannotWrite(path: copy.path, reason: "\(file.path) cannot be read")
      }
    }
    return copies()
  }
}

/// Why a classifier cannot be made for Frigate.
public struct FrigateError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case edgeTPU, otherInput, oneClass
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The base is compiled for the Edge TPU.
  public static let edgeTPU = Self(
    code: .edgeTPU,
    message: "the base is compiled for the Edge TPU, and Frigate runs its custom classifiers on the processor",
    remedy: "use the base from before it was compiled, or the default model")

  /// The base takes other pictures than Frigate gives.
  public static func otherInput(_ found: String) -> Self {
    Self(
      code: .otherInput, message: "the base takes pictures of \(found), and Frigate gives bytes (UINT8) of 224x224x3",
      remedy: "use a quantised base with an input of that kind, or the default model")
  }

  /// Frigate has no use for a single class.
  public static func oneClass(_ name: String) -> Self {
    Self(
      code: .oneClass, message: "there is one class, \(name), and Frigate needs two or more",
      remedy: "add a class 'none' with pictures of everything else")
  }
}
