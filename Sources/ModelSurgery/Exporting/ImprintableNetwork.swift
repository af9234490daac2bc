import TFLite

/// A trained network that can be imprinted: a picture network up to its embedding, and the rows of its classes.
///
/// With the base's embedding e and the projection P, where there is one, the scores are softmax(s W x), with
/// x = P e / ‖P e‖ and W the rows, each of the length 1: the network of Qi, Brown and Lowe (CVPR 2018). A written model is
/// in Coral's layout, so that `ImprintingEngine` can take it as it is.
///
/// ```swift
/// let network = ImprintableNetwork(
///   architecture: .mobileNetV1(), base: weights, projection: projection, rows: rows, scale: 20, labels: names)
/// try network.floatModel().serialized().write(to: file)
/// try network.quantizedModel(ranges: ranges, grid: .uint8PerTensor).serialized().write(to: other)
/// ```
public struct ImprintableNetwork: Sendable, Hashable {
  /// The network, of which the part up to the mean is used: ``Architecture/base``.
  public let architecture: Architecture
  /// The weights of that part, with their batch normalisation.
  public let base: NamedWeights
  /// P, `[D', D]`: a linear layer without bias between the mean and the normalisation, which lets embeddings go negative.
  public let projection: WeightTensor?
  /// The rows of the classes, `[K, D']`, or `[K, D]` where there is no projection; of any length but 0.
  public let rows: WeightTensor
  /// s, what the cosines are multiplied by before the softmax.
  public let scale: Float
  /// The names of the classes, in their order; none, or K.
  public let labels: [String]

  /// A network; the parameters are the properties of the same names. They are looked through when a model is made.
  public init(
    architecture: Architecture, base: NamedWeights, projection: WeightTensor? = nil, rows: WeightTensor, scale: Float,
    labels: [String] = []
  ) {
    self.architecture = architecture
    self.base = base
    self.projection = projection
    self.rows = rows
    self.scale = scale
    self.labels = labels
  }

  /// The name of the projection among the layers.
  public static let projectionName = "projection"

  /// The layers whose ranges quantising needs: those of the base, behind them the projection where there is one.
  ///
  /// A layer's result is meant with its activation. What comes behind them is stored as ``ActivationGrid/symmetric(_:)`` has
  /// it: the normalised embedding and the cosines with the bound 1, s times the cosines with the bound s; the input with
  /// the scale 1 / deviation and the mean as the zero point.
  public var rangedLayers: [String] {
    architecture.base.layerNames + (projection == nil ? [] : [Self.projectionName])
  }

  /// Numbers that the grid of the classes' rows reaches whatever the trained rows are: rows that are imprinted later are
  /// stored on the same grid, and the elements of unit vectors rarely pass 0.5.
  ///
  /// Of embeddings that cannot be negative, nor can imprinted rows be.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - isProjected: Whether a projection stands between the mean and the normalisation.
  public static func rowRoom(of architecture: Architecture, isProjected: Bool) -> ClosedRange<Float> {
    let isNonNegative =
      switch architecture.base.layers.dropLast().last {
      case .convolution(_, _, _, _, _, _, let activation), .depthwise(_, _, _, _, _, let activation):
        [.relu, .relu6].contains(activation)
      default: false
      }
    return isNonNegative && !isProjected ? 0...0.5 : -0.5...0.5
  }
}
