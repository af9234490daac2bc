/// How the stored numbers q of a tensor stand for real ones: scale · (q − zeroPoint).
///
/// With one scale it holds for the whole tensor; with several there is one for each index of the dimension
/// `quantizedDimension`.
public struct QuantizationParameters: Sendable, Hashable {
  /// The least real values, for importing the model back.
  public var min: [Float] = []
  /// The greatest real values, for importing the model back.
  public var max: [Float] = []
  /// The scales.
  public var scale: [Float]
  /// The zero points, as many as scales.
  public var zeroPoint: [Int64]
  /// Another way of quantising, which replaces the four fields above.
  public var details: QuantizationDetails?
  /// The dimension that the scales belong to, where there are several.
  public var quantizedDimension: Int32
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Parameters with one scale and zero point a channel, or one for all.
  public init(scale: [Float] = [], zeroPoint: [Int64] = [], quantizedDimension: Int32 = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.quantizedDimension = quantizedDimension
  }

  /// Parameters of a whole tensor.
  public init(scale: Float, zeroPoint: Int64) { self.init(scale: [scale], zeroPoint: [zeroPoint]) }
}
