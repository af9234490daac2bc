import ArgumentParser
import Heads
import Imprinting
import Inference
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which pictures a network is trained on or asked about.
struct TrainingDataOptions: ParsableArguments {
  @Option(help: "The pictures: a folder of class folders, a list of 'path,label' lines, or TFRecord files.")
  var data: String

  @Option(help: "The classes' names for TFRecord files. (default: labels.txt beside them)")
  var labels: String?

  /// The pictures.
  ///
  /// - Parameter split: Which files of a folder of several splits to take.
  func load(_ split: RecordSplit) async throws -> TrainingData {
    try await TrainingData(at: URL(filePath: data), split: split, labels: labels.map { URL(filePath: $0) })
  }
}
