import ModelSurgery
import TFLite
import Torch

/// The mode of a forward pass through a network.
struct ForwardPass {
  /// The momentum of the running statistics of batch normalisation. With a momentum, a batch is normalised with its own
  /// statistics; with nil, with the running statistics.
  var statisticsMomentum: Double?
  /// The dropout rate of the embedding's elements, and its seed.
  var dropout: Double = 0
  var dropoutSeed: UInt64 = 0
  /// Fake quantisation, if it has begun.
  var fakeQuantization: FakeQuantization?
  /// Whether the ranges of activations are updated.
  var updatesRanges = false
  /// Whether the running statistics are set to those of the batch, and γ and β changed so that each layer computes the same.
  var refitsStatistics = false
  /// The workers that the batch is spread over, and the part of it that this process has; nil for one process.
  var share: WorkerBatch?
  /// Receives the activations of each layer, if their ranges are measured.
  var measurement: RangeMeasurement?

  /// Returns the mode for evaluation.
  static func evaluation(_ fakeQuantization: FakeQuantization?) -> ForwardPass {
    ForwardPass(fakeQuantization: fakeQuantization)
  }
}

extension Network {
  /// Returns the base's embeddings `[N, D]` of pictures `[N, 3, side, side]`.
  func embedding(of pictures: TorchTensor, _ pass: ForwardPass) throws -> TorchTensor {
    try apply(base.layers, to: pictures, pass)
  }

  /// Returns the normalised embeddings x of embeddings `[N, D]`: projected, if there is a projection, and divided by their
  /// lengths.
  func direction(of embedding: TorchTensor, _ pass: ForwardPass) throws -> TorchTensor {
    var vector = embedding
    if head.projection != nil {
      let kernel = try tensor(Self.projectionName)
      vector = try vector.linear(
        pass.fakeQuantization?.kernel(kernel) ?? kernel,
        bias: head.hasProjectionBiases ? tensor(Self.projectionBiasesName) : nil)
      vector = try quantized(vector, of: ImprintableNetwork.projectionName, pass)
    }
    if pass.dropout > 0 {
      vector = try vector.dropout(
        pass.dropout, seed: pass.dropoutSeed, rows: pass.share?.places, of: pass.share?.batchSize)
    }
    vector = try vector.normalized()
    return try pass.fakeQuantization?.cosine(vector) ?? vector
  }

  /// Returns the logits s W x `[N, K]` of embeddings `[N, D]`, with x as in ``direction(of:_:)``.
  func logits(of embedding: TorchTensor, _ pass: ForwardPass) throws -> TorchTensor {
    let vector = try direction(of: embedding, pass)
    let rows = try tensor(Self.rowsName).normalized()
    guard let fakeQuantization = pass.fakeQuantization else {
      return try vector.linear(rows).multiplied(by: tensor(Self.scaleName))
    }
    // The product with s needs no fake quantisation: its grid follows from the grid of the cosine.
    let room = ImprintableNetwork.rowRoom(of: base, isProjected: head.projection != nil)
    let cosines = try fakeQuantization.cosine(vector.linear(fakeQuantization.rows(rows, room: room)))
    return try cosines.multiplied(by: tensor(Self.scaleName))
  }

  private func apply(_ layers: [Architecture.Layer], to input: TorchTensor, _ pass: ForwardPass) throws -> TorchTensor {
    try layers.reduce(input) { try apply($1, to: $0, pass) }
  }

  private func apply(_ layer: Architecture.Layer, to input: TorchTensor, _ pass: ForwardPass) throws -> TorchTensor {
    switch layer {
    case .convolution(let name, let weights, let normalization, _, let window, let stride, let activation):
      let convolution = Convolution(
        name: name, kernel: weights, normalization: normalization, window: window, stride: Int(stride), groups: 1,
        activation: activation)
      return try apply(convolution, to: input, pass)
    case .depthwise(let name, let weights, let normalization, let window, let stride, let activation):
      let convolution = Convolution(
        name: name, kernel: weights, normalization: normalization, window: window, stride: Int(stride),
        groups: input.shape[1], activation: activation)
      return try apply(convolution, to: input, pass)
    case .residual(let name, let inner):
      return try quantized(apply(inner, to: input, pass).adding(input), of: name, pass)
    case .mean(let name):
      return try quantized(input.pictureMean(), of: name, pass)
    case .fullyConnected(let name, _, _), .softmax(let name):
      throw TrainingError.badLayer(name)
    }
  }

  private func quantized(_ activations: TorchTensor, of layer: String, _ pass: ForwardPass) throws -> TorchTensor {
    try pass.measurement?.add(activations, of: layer)
    guard let fakeQuantization = pass.fakeQuantization else { return activations }
    return try fakeQuantization.activations(
      activations, of: layer, updatesRange: pass.updatesRanges, across: pass.share?.group)
  }

  private func apply(_ layer: Convolution, to input: TorchTensor, _ pass: ForwardPass) throws -> TorchTensor {
    let kernel = try tensor(layer.kernel + ".weight")
    let normalization = try BatchNormalization(layer.normalization, in: self)
    let padding = PaddingAmounts(same: input.shape, window: layer.window, stride: layer.stride)
    func convolve(_ kernel: TorchTensor, _ bias: TorchTensor? = nil) throws -> TorchTensor {
      try input.convolution(kernel, bias: bias, stride: layer.stride, padding: padding, groups: layer.groups)
    }
    let result: TorchTensor
    if let fakeQuantization = pass.fakeQuantization, pass.statisticsMomentum == nil {
      let factor = try normalization.factor(epsilon: base.epsilon)
      let folded = try kernel.multiplied(by: factor.reshaped([-1, 1, 1, 1]))
      let bias = try normalization.beta.subtracting(normalization.mean.multiplied(by: factor))
      result = try convolve(fakeQuantization.kernel(folded), bias)
    } else if pass.refitsStatistics {
      let convolved = try convolve(kernel)
      try normalization.refit(to: convolved, epsilon: base.epsilon)
      result = try normalization.apply(to: convolved, momentum: nil, epsilon: base.epsilon)
    } else {
      // Until the statistics are frozen, each channel has its own scale, so the factors do not change the rounding.
      result = try normalization.apply(
        to: convolve(pass.fakeQuantization?.kernel(kernel) ?? kernel), momentum: pass.statisticsMomentum,
        epsilon: base.epsilon, across: pass.share?.group)
    }
    // A fixed grid within 0 … 6 clips as ReLU6 does.
    let isClipped =
      layer.activation == .relu6 && !pass.updatesRanges && pass.measurement == nil
      && pass.fakeQuantization?.clips(layer.name, to: 0...6) == true
    return try quantized(isClipped ? result : layer.activated(result), of: layer.name, pass)
  }
}

/// The part of a batch that one of several workers has.
struct WorkerBatch {
  let group: TorchGroup
  /// The places of its pictures in the batch.
  let places: Range<Int>
  /// The number of pictures in the batch.
  let batchSize: Int
}

/// A full or depthwise convolution with its normalisation and its activation function.
private struct Convolution {
  let name, kernel, normalization: String
  let window, stride, groups: Int
  let activation: ActivationFunction

  func activated(_ tensor: TorchTensor) throws -> TorchTensor {
    switch activation {
    case .none: tensor
    case .relu6: try tensor.clamp(0, 6)
    default: throw TrainingError.badLayer(name)
    }
  }
}

extension PaddingAmounts {
  /// Creates TensorFlow's SAME padding for an input `[N, C, H, W]`: ⌈length / stride⌉ outputs, with an odd pixel below and
  /// on the right.
  fileprivate init(same shape: [Int], window: Int, stride: Int) {
    func total(_ length: Int) -> Int { max(0, ((length + stride - 1) / stride - 1) * stride + window - length) }
    let (rows, columns) = shape.count == 4 ? (total(shape[2]), total(shape[3])) : (0, 0)
    self.init(top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
  }
}
