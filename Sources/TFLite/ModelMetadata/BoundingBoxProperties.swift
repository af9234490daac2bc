/// How numbers of a tensor stand for places in a picture.
public struct BoundingBoxProperties: Sendable, Hashable {
  /// The order of the four numbers; none for that of the kind.
  public var index: [UInt32] = []
  /// The kind, by the schema's number.
  public var type: Int8 = 0
  /// Whether they are shares of the picture (0) or pixels (1), by the schema's number.
  public var coordinateType: Int8 = 0

  /// Boxes of an unknown kind.
  public init() {}
}
