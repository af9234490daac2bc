/// What episodes found: a row for each method and number of shots.
public struct EpisodeResults: Sendable, Hashable {
  /// One method with one number of shots.
  public struct Row: Sendable, Hashable {
    /// The method's name.
    public let method: String
    /// How many pictures of each class it learnt from.
    public let shots: Shots
    /// The mean over the episodes of the accuracy on what was held back, all classes counting alike, with the interval
    /// of Student's t over the episodes: how the mean would vary with other draws from these pictures.
    public let accuracy: Estimate
    /// That accuracy, episode by episode: what two rows are compared by in pairs.
    public let accuracies: [Double]
    /// The accuracy that the method expected from the pictures it learnt from, each left out, or nil where it does not
    /// say.
    public let leaveOneOut: Estimate?
    /// That minus the accuracy on what was held back, in the same episode.
    public let leaveOneOutGap: Estimate?
    /// How far the probabilities can be believed, over all episodes.
    public let reliability: Reliability
    /// What was taken for what, over all episodes.
    public let confusion: ConfusionMatrix
    /// The pictures that were taken for another class at least once, worst first: by how far the wrong class was ahead
    /// of the right one, on average over all times that the picture was asked about.
    public let mistakes: [Mistake]
  }

  /// A picture that was taken for another class.
  public struct Mistake: Sendable, Hashable, Codable {
    /// The picture's name.
    public let picture: String
    /// The class that it is of.
    public let label: String
    /// The class that it was most often taken for instead.
    public let takenFor: String
    /// The mean probability that this class was given then.
    public let confidence: Double
    /// In how many episodes it was taken for any other class.
    public let wrong: Int
    /// In how many episodes it was asked about.
    public let asked: Int
  }

  /// A class with fewer pictures to learn from than were asked for.
  public struct ShortClass: Sendable, Hashable, Codable {
    /// Its name.
    public let label: String
    /// How many it has beside those that are held back.
    public let pictures: Int
  }

  /// The episodes.
  public let episodes: Episodes
  /// The names of the classes that took part.
  public let classes: [String]
  /// How many pictures they have.
  public let pictures: Int
  /// Names of the classes that took no part, as they have one picture.
  public let singles: [String]
  /// The classes that gave fewer pictures than the most shots ask for.
  public let short: [ShortClass]
  /// The results, method by method, and for each by number of shots.
  public let rows: [Row]

  /// The row of a method with a number of shots, or nil.
  public func row(_ method: String, _ shots: Shots) -> Row? {
    rows.first { $0.method == method && $0.shots == shots }
  }
}

extension EpisodeResults {
  /// The rows with the most shots, one a method.
  package var widest: [Row] {
    let most = rows.map(\.shots.limit).max()
    return rows.filter { $0.shots.limit == most }
  }

  /// Of the rows with the most shots the most accurate, the first among equals.
  public var best: Row? {
    widest.reduce(nil) { best, row in best.map { row.accuracy.mean > $0.accuracy.mean } ?? true ? row : best }
  }
}
