import TFLite

/// A network as data: its layers in order, and under what names a training framework keeps their weights.
///
/// ```swift
/// let weights = try NamedWeights(contentsOf: URL(filePath: "efficientnet-lite0.pth"))
/// let model = try Architecture.efficientNetLite0.model(weights: weights)
/// ```
public struct Architecture: Sendable, Hashable {
  /// The name by which it is asked for, such as `efficientnet-lite0`.
  public let name: String
  /// The width and the height of the pictures that it takes.
  public let side: Int32
  /// What it was trained on: (byte − mean) / deviation, for bytes from 0 to 255.
  public let mean, deviation: Float
  /// What batch normalisation adds to the variance.
  public let epsilon: Double
  /// The layers, the first of which takes the picture.
  public let layers: [Layer]

  /// A network; the parameters are the properties of the same names.
  public init(name: String, side: Int32, mean: Float, deviation: Float, epsilon: Double, layers: [Layer]) {
    self.name = name
    self.side = side
    self.mean = mean
    self.deviation = deviation
    self.epsilon = epsilon
    self.layers = layers
  }

  /// A layer, or some that belong together.
  ///
  /// `weights` and `normalization` are what the names of the weights begin with: `weights.weight`, `weights.bias`,
  /// `normalization.running_mean` and so on. Convolutions have SAME padding and no bias but that of the normalisation.
  public indirect enum Layer: Sendable, Hashable {
    /// A convolution with square windows, its batch normalisation and an activation.
    case convolution(
      name: String, weights: String, normalization: String, outputs: Int, window: Int, stride: Int32 = 1,
      activation: ActivationFunction = .none)
    /// A convolution of each channel by itself, its batch normalisation and an activation.
    case depthwise(
      name: String, weights: String, normalization: String, window: Int, stride: Int32 = 1,
      activation: ActivationFunction = .none)
    /// Layers whose result is added to what they were given.
    case residual(name: String, [Layer])
    /// The mean over the picture, channel by channel.
    case mean(name: String)
    /// A fully connected layer with a bias.
    case fullyConnected(name: String, weights: String, outputs: Int)
    /// exp(x) over its sum.
    case softmax(name: String)
  }
}
