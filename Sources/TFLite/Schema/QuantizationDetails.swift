/// A way of quantising other than scales and zero points along one dimension.
public enum QuantizationDetails: Sendable, Hashable {
  /// An experiment's own parameters.
  case custom(CustomQuantization)
  /// Scales and zero points by block.
  case blockwise(BlockwiseQuantization)
  /// Scales and zero points along several dimensions.
  case multiAxis(MultiAxisQuantization)
  /// The file names a way by its number, with no parameters.
  case empty(UInt8)
  /// A way that the schema known here does not have: its parameters are not kept, and the model is not written.
  case unknown(UInt8)
}
