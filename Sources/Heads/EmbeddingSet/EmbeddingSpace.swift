public import ModelSurgery
public import TFLite

/// What makes embeddings comparable: the network, how pictures are brought to it, and how it computes.
///
/// Embeddings of two spaces have nothing to do with each other, whatever their dimension: they are never added up.
public struct EmbeddingSpace: Sendable, Hashable, Codable {
  /// How a network's numbers are computed.
  public enum Arithmetic: String, Sendable, Hashable, Codable {
    /// As the file has it.
    case exact
    /// By a faster form of the same network, whose embeddings differ a little.
    case rewritten
  }

  /// How an embedding's elements are stored.
  public enum Element: String, Sendable, Hashable, Codable {
    case uint8, int8, float32

    /// Bytes that an element takes.
    public var byteCount: Int { self == .float32 ? 4 : 1 }
  }

  /// The SHA-256 digest of the network up to the embedding, in hexadecimal digits.
  public let extractor: String
  /// How pictures are brought to the network's size, as in `crop:0.875`.
  public let resize: String
  /// How a picture is looked at.
  public let views: Augmentation
  /// How the network computes.
  public let arithmetic: Arithmetic
  /// D, the number of an embedding's elements.
  public let dimension: Int
  /// How an element is stored.
  public let element: Element
  /// The stored number that stands for 0; 0 for floats.
  public let zeroPoint: Int
  /// Whether no element is below 0.
  public let isNonNegative: Bool

  /// A space of embeddings that were made elsewhere; those of a network have theirs from ``Extractor``.
  ///
  /// - Parameters:
  ///   - extractor: What no other network's embeddings have: the network's SHA-256 digest, or any other words.
  ///   - resize: How pictures were brought to the network's size.
  ///   - views: How a picture was looked at.
  ///   - arithmetic: How the network computes.
  ///   - dimension: D, 1 or more.
  ///   - element: How an element is stored.
  ///   - zeroPoint: The stored number that stands for 0; 0 for floats.
  ///   - isNonNegative: Whether no element is below 0.
  public init(
    extractor: String, resize: String, views: Augmentation, arithmetic: Arithmetic, dimension: Int, element: Element,
    zeroPoint: Int, isNonNegative: Bool
  ) {
    self.extractor = extractor
    self.resize = resize
    self.views = views
    self.arithmetic = arithmetic
    self.dimension = dimension
    self.element = element
    self.zeroPoint = zeroPoint
    self.isNonNegative = isNonNegative
  }

  /// Bytes that one view of a picture takes.
  public var byteCount: Int { dimension * element.byteCount }

  /// What embeddings are turned into before a head sees them.
  public var transform: FeatureTransform { isNonNegative ? .root : .signedRoot }

  /// The steps (stored number − zero point) of stored embeddings, any number of views one after the other.
  package func steps(_ embeddings: Bytes) -> [Float] {
    let encoding: ElementEncoding =
      switch element {
      case .uint8: .uint8(scale: 1, zeroPoint: zeroPoint)
      case .int8: .int8(scale: 1, zeroPoint: zeroPoint)
      case .float32: .float32
      }
    return embeddings.withUnsafeBytes { encoding.steps($0) }
  }

  /// The steps of a picture's plain view: D numbers; none where the picture is of another space.
  public func plainSteps(of picture: EmbeddedPicture) -> [Float] {
    picture.embeddings.slice(0..<byteCount).map(steps) ?? []
  }

  /// The first thing in which another space differs, in words, or nil where it is the same.
  func difference(to other: EmbeddingSpace) -> SpaceDifference? {
    if extractor != other.extractor || dimension != other.dimension || element != other.element
      || zeroPoint != other.zeroPoint
    {
      return .model(String(extractor.prefix(12)), String(other.extractor.prefix(12)))
    }
    if resize != other.resize { return .resize(resize, other.resize) }
    if views != other.views { return .views(views, other.views) }
    if arithmetic != other.arithmetic { return .arithmetic(arithmetic, other.arithmetic) }
    return nil
  }
}
