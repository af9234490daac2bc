/// What stands on the base while it is trained: the head of Qi, Brown and Lowe (CVPR 2018).
///
/// scores = softmax(s W x), where x is P e divided by its length, e the base's embedding and the rows of W have the length 1.
public struct HeadSettings: Sendable, Hashable, Codable {
  /// How many rows P has, or nil for none: a linear layer without bias, which lets embeddings go negative.
  public var projection: Int?
  /// s before it is trained.
  public var scale: Float
  /// The share of the elements of P e that are dropped at random in training.
  public var dropout: Double

  public init(projection: Int? = nil, scale: Float = 10, dropout: Double = 0) {
    self.projection = projection
    self.scale = scale
    self.dropout = dropout
  }
}
