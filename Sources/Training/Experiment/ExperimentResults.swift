import Heads

/// What an experiment found: a row for each method and number of pictures.
public struct ExperimentResults: Sendable, Hashable, Encodable {
  /// One method with one number of pictures a class.
  public struct Row: Sendable, Hashable, Encodable {
    /// The method.
    public let method: ExperimentMethod
    /// How many pictures of each new class it learnt from.
    public let shots: Int
    /// The mean of the new classes' shares of pictures named right, with all classes to choose from, over the draws.
    public let newClasses: Estimate
    /// The same of all classes.
    public let allClasses: Estimate
  }

  /// What was asked for.
  public let experiment: Experiment
  /// The classes that the base was trained on, and the others.
  public let baseLabels, newLabels: [String]
  /// How many pictures of both were asked about.
  public let testPictures: Int
  /// The share of the base classes' pictures that the base alone names right, with its own classes to choose from.
  public let baseAccuracy: Double
  /// The rows, method by method.
  public let rows: [Row]

  /// The row of a method with a number of pictures, or nil.
  public func row(_ method: ExperimentMethod, shots: Int) -> Row? {
    rows.first { $0.method == method && $0.shots == shots }
  }
}
