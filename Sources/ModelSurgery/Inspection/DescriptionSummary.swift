import TFLite

/// What a model's metadata, `TFLITE_METADATA`, and the files packed behind it say, in plain values.
public struct DescriptionSummary: Sendable, Hashable, Codable {
  /// The model's name.
  public let name: String?
  /// What it does.
  public let description: String?
  /// The version that its makers gave it.
  public let version: String?
  /// Who made it.
  public let author: String?
  /// Under what terms it may be used.
  public let license: String?
  /// What becomes of a picture's bytes.
  public let normalization: PictureNormalization?
  /// The packed file with the names of the classes.
  public let labelFile: String?
  /// All packed files, by name.
  public let files: [String]
  /// What of it cannot be read, and is passed over, or nil where all can.
  public let problem: String?

  /// Sums up what a model says about itself; nil of one that says nothing.
  public init?(_ model: Model) {
    files = PackedFiles(behind: model).contents.keys.sorted()
    labelFile = model.labelFile?.name
    guard !files.isEmpty || model.metadata(named: ModelMetadata.entryName) != nil else { return nil }
    var metadata: ModelMetadata?
    var normalization: PictureNormalization?
    var problem: String?
    do {
      metadata = try model.modelMetadata
      problem = metadata?.newerPlaces.first.map { "it is newer than the schema known here: \($0)" }
      normalization = try model.pictureNormalization
    } catch {
      problem = "\(error)"
    }
    name = metadata?.name?.string
    description = metadata?.description?.string
    version = metadata?.version?.string
    author = metadata?.author?.string
    license = metadata?.license?.string
    self.normalization = normalization
    self.problem = problem
  }
}
