public import ModelSurgery
package import TFLite

/// The properties that make embeddings comparable: the network, the way pictures are resized to its input, the augmentation
/// and the arithmetic.
///
/// Embeddings of different spaces are not comparable, even with equal dimensions, and are never added up.
public struct EmbeddingSpace: Sendable, Hashable, Codable {
  /// The element type of stored embeddings.
  public enum Element: String, Sendable, Hashable, Codable {
    case uint8, int8, float32

    /// The size of an element in bytes.
    public var byteCount: Int { self == .float32 ? 4 : 1 }
  }

  /// The SHA-256 digest of the network up to the embedding, in hexadecimal digits.
  public let extractor: String
  /// The way pictures are resized to the network's input, such as `crop:0.875`.
  public let resize: String
  /// The views of each picture that are embedded.
  public let augmentation: Augmentation
  /// The network's arithmetic.
  public let arithmetic: Arithmetic
  /// D, the number of elements of an embedding.
  public let dimension: Int
  /// The element type.
  public let element: Element
  /// The stored number that stands for 0; 0 for floats.
  public let zeroPoint: Int
  /// Whether no element is negative.
  public let isNonNegative: Bool

  // The names in embedding files.
  private enum CodingKeys: String, CodingKey {
    case extractor, resize, arithmetic, dimension, element, zeroPoint, isNonNegative
    case augmentation = "views"
  }

  /// Creates the space of embeddings that other software computed. For the embeddings of an extractor use its `space`.
  ///
  /// - Parameters:
  ///   - extractor: Text that identifies the network: its SHA-256 digest, or any other text.
  ///   - resize: The way pictures were resized to the network's input.
  ///   - augmentation: The views of each picture that were embedded.
  ///   - arithmetic: The network's arithmetic.
  ///   - dimension: D, at least 1.
  ///   - element: The element type.
  ///   - zeroPoint: The stored number that stands for 0; 0 for floats.
  ///   - isNonNegative: Whether no element is negative.
  public init(
    extractor: String, resize: String, augmentation: Augmentation, arithmetic: Arithmetic, dimension: Int,
    element: Element, zeroPoint: Int, isNonNegative: Bool
  ) {
    self.extractor = extractor
    self.resize = resize
    self.augmentation = augmentation
    self.arithmetic = arithmetic
    self.dimension = dimension
    self.element = element
    self.zeroPoint = zeroPoint
    self.isNonNegative = isNonNegative
  }

  /// The size of the embedding of one view in bytes.
  public var byteCount: Int { dimension * element.byteCount }

  /// The transform from embeddings to the features that a head reads.
  public var transform: FeatureTransform { isNonNegative ? .root : .signedRoot }

  /// Returns the steps (stored number − zero point) of stored embeddings of any number of views, one after the other.
  package func steps(_ embeddings: Bytes) -> [Float] {
    let encoding: ElementEncoding =
      switch element {
      case .uint8: .uint8(scale: 1, zeroPoint: zeroPoint)
      case .int8: .int8(scale: 1, zeroPoint: zeroPoint)
      case .float32: .float32
      }
    return embeddings.withUnsafeBytes { encoding.steps($0) }
  }

  /// Returns the steps of a picture's plain view: D numbers, or none where the picture belongs to another space.
  public func plainSteps(of picture: EmbeddedPicture) -> [Float] {
    picture.embeddings.slice(0..<byteCount).map(steps) ?? []
  }

  /// Returns the first difference from another space, or nil where the spaces are the same.
  func difference(to other: EmbeddingSpace) -> SpaceDifference? {
    if extractor != other.extractor || dimension != other.dimension || element != other.element
      || zeroPoint != other.zeroPoint
    {
      return .model(String(extractor.prefix(12)), String(other.extractor.prefix(12)))
    }
    if resize != other.resize { return .resize(resize, other.resize) }
    if augmentation != other.augmentation { return .augmentation(augmentation, other.augmentation) }
    if arithmetic != other.arithmetic { return .arithmetic(arithmetic, other.arithmetic) }
    return nil
  }
}

/// The difference between two embedding spaces: the value of this space, then that of the other.
public enum SpaceDifference: Sendable, Hashable {
  /// Different networks, identified by the first digits of their digests.
  case model(String, String)
  /// Different ways to resize pictures to the network's input.
  case resize(String, String)
  /// Different views of each picture.
  case augmentation(Augmentation, Augmentation)
  /// Different arithmetic.
  case arithmetic(Arithmetic, Arithmetic)

  /// Whether only the arithmetic differs.
  package var isOfArithmetic: Bool {
    if case .arithmetic = self { true } else { false }
  }
}

extension SpaceDifference: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model(let mine, let other): "another model (\(other)… and not \(mine)…)"
    case .resize(let mine, let other): "pictures resized by \(other) and not by \(mine)"
    case .augmentation(let mine, let other): "\(other.viewCount) a picture and not \(mine.viewCount)"
    case .arithmetic(let mine, let other): "\(other) arithmetic and not \(mine)"
    }
  }
}

/// The arithmetic in which a network is run.
///
/// Processors that sum products of signed bytes in one instruction run a uint8 network 1.5 to 2.7 times as fast once it
/// is rewritten as int8 in memory. The numbers differ a little: top-1 accuracy on flowers17 stays within 0.006.
public enum Arithmetic: String, Sendable, Hashable, Codable, CaseIterable {
  /// The arithmetic of the file: the numbers of other programs that run the file on the same kind of processor.
  case exact
  /// int8 where the file has uint8.
  case int8 = "rewritten"
}

extension Arithmetic: LosslessStringConvertible {
  /// Returns the arithmetic of a name, `exact` or `int8`; nil for any other.
  public init?(_ description: String) {
    guard let known = Self.allCases.first(where: { $0.description == description }) else { return nil }
    self = known
  }

  /// `exact` or `int8`.
  public var description: String {
    switch self {
    case .exact: "exact"
    case .int8: "int8"
    }
  }
}

/// The views of each picture: training embeds each of them, test-time augmentation averages the scores over them.
public enum Augmentation: String, Sendable, Hashable, Codable, CaseIterable {
  /// One view: the plain picture.
  case off = "one"
  /// Five views: the plain picture; its centre at 3/4 of the size, mirrored; its upper left at 3/4; its lower right at
  /// 3/4, mirrored; and the full picture, squashed.
  case five
  /// Thirteen views: the plain picture, its centre and its four corners at 3/4 of the size, each also mirrored, and the
  /// full picture, squashed.
  case thirteen

  /// The number of views.
  public var count: Int {
    switch self {
    case .off: 1
    case .five: 5
    case .thirteen: 13
    }
  }

  /// The number of views in words.
  package var viewCount: String { self == .off ? "one view" : "\(count) views" }

  /// The number of pictures up to which several views are worth the extra time.
  public static let usualLimit = 300

  /// Returns the usual augmentation for a number of pictures: five views of few pictures, none of many.
  public static func usual(for pictures: Int) -> Augmentation { pictures <= usualLimit ? .five : .off }
}

extension Augmentation: LosslessStringConvertible {
  /// Returns the augmentation of a name, `none`, `five` or `thirteen`; nil for any other.
  public init?(_ description: String) {
    guard let known = Self.allCases.first(where: { $0.description == description }) else { return nil }
    self = known
  }

  /// `none`, `five` or `thirteen`.
  public var description: String { self == .off ? "none" : rawValue }
}
