import Pictures

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The pictures that Frigate keeps for one of its custom classifications, in `clips/NAME`: `dataset` with a folder for each
/// class, and `train` with the pictures that it classified since, which a person sorts into the classes.
public struct FrigateDataset: Sendable {
  /// The folder of class folders.
  public let folder: URL
  /// The folder of classified pictures; nil where there is none.
  public let attemptsFolder: URL?

  /// Finds the folders of a classification.
  ///
  /// - Parameter url: `clips/NAME`, or its folder `dataset`.
  public init(_ url: URL) {
    let inner = url.appending(path: "dataset", directoryHint: .isDirectory)
    folder = Self.isFolder(inner) ? inner : url
    let root = Self.isFolder(inner) ? url : url.standardizedFileURL.deletingLastPathComponent()
    let attempts = root.appending(path: "train", directoryHint: .isDirectory)
    // Beside a folder of another name than Frigate's, 'train' is something else.
    let isFrigates = Self.isFolder(inner) || url.standardizedFileURL.lastPathComponent == "dataset"
    attemptsFolder = isFrigates && Self.isFolder(attempts) ? attempts : nil
  }

  /// Returns the classified pictures, in the order of their names.
  public func attempts() -> [FrigateAttempt] {
    guard let attemptsFolder, let names = try? FileManager.default.contentsOfDirectory(atPath: attemptsFolder.path)
    else { return [] }
    return names.sorted().filter { name in
      !name.hasPrefix(".") && FrigateAttempt.endings.contains { name.lowercased().hasSuffix($0) }
    }.map { FrigateAttempt(attemptsFolder.appending(path: $0)) }
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder
  }
}

/// A picture that Frigate classified, and what its model answered then.
public struct FrigateAttempt: Sendable {
  /// The picture.
  public let file: URL
  /// The class that Frigate answered with, hyphens in its name replaced by underscores; nil where the name tells none.
  public let label: String?
  /// The score of that class.
  public let score: Double?

  /// The endings of the pictures that Frigate reads.
  static let endings = [".webp", ".png", ".jpg", ".jpeg"]

  /// Reads the answer from the name of a picture, `EVENT-TIME-LABEL-SCORE.webp`.
  public init(_ file: URL) {
    self.file = file
    let parts = file.deletingPathExtension().lastPathComponent.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, let score = parts.last.flatMap({ Double($0) }), (0...1).contains(score) else {
      (label, self.score) = (nil, nil)
      return
    }
    (label, self.score) = (String(parts[parts.count - 2]), score)
  }

  /// Returns whether Frigate answered with a class of this name.
  public func isAnswered(as name: String) -> Bool { label == name.replacing("-", with: "_") }
}
