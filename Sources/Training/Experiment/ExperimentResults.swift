public import Heads

/// The results of an experiment: a row for each method and number of shots.
public struct ExperimentResults: Sendable, Hashable, Encodable {
  /// The result of a method with a number of shots.
  public struct Row: Sendable, Hashable, Encodable {
    /// The method.
    public let method: ExperimentMethod
    /// The number of shots: training pictures per new class.
    public let shots: Int
    /// The mean accuracy of the new classes, with all classes to choose from, over the draws.
    public let newClasses: Estimate
    /// The mean accuracy of all classes.
    public let allClasses: Estimate
  }

  /// The experiment.
  public let experiment: Experiment
  /// The base's classes and the new classes.
  public let baseLabels, newLabels: [String]
  /// The number of test pictures of all classes.
  public let testPictures: Int
  /// The accuracy of the base alone, without new classes, on its own classes.
  public let baseAccuracy: Double
  /// The rows, method by method.
  public let rows: [Row]

  /// Returns the row of a method with a number of shots, or nil.
  public func row(_ method: ExperimentMethod, shots: Int) -> Row? {
    rows.first { $0.method == method && $0.shots == shots }
  }
}

/// A method of adding new classes to a trained base.
public enum ExperimentMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// Random rows for the new classes, then fine-tuned on all classes.
  case random = "random, tuned"
  /// Imprinted rows: each is the normalised sum of its class's normalised embeddings.
  case imprinted
  /// Imprinted rows whose sums also include randomly cropped and mirrored variations of the pictures.
  case varied = "imprinted, varied"
  /// Imprinted rows, then fine-tuned on all classes.
  case fineTuned = "imprinted, tuned"
  /// The analytic head, solved in closed form on the pictures of all classes.
  case analytic
}

/// An event of an experiment.
public enum ExperimentEvent: Sendable {
  /// `done` of all pictures have been embedded.
  case embedding(done: Int, of: Int)
  /// `done` of all rounds have ended; there is one for each draw and number of shots.
  case round(done: Int, of: Int)
}
