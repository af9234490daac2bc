import ModelSurgery
import TFLite
import Torch

extension Network {
  /// The base's embedding of pictures: `[N, D]` of `[N, 3, side, side]`.
  func embedding(of pictures: TorchTensor, _ pass: Pass) throws -> TorchTensor {
    try apply(base.layers, to: pictures, pass)
  }

  /// x of embeddings `[N, D]`: their projection, where there is one, divided by its length.
  func direction(of embedding: TorchTensor, _ pass: Pass) throws -> TorchTensor {
    var vector = embedding
    if head.projection != nil {
      let kernel = try tensor(Self.projectionName)
      vector = try vector.linear(pass.rounding?.kernel(kernel) ?? kernel)
      vector = try rounded(vector, of: ImprintableNetwork.projectionName, pass)
    }
    if pass.dropout > 0 { vector = try vector.dropout(pass.dropout, seed: pass.dropoutSeed) }
    vector = try vector.normalized()
    return try pass.rounding?.cosine(vector) ?? vector
  }

  /// s W x of embeddings `[N, D]`, with x their ``direction(of:_:)``: `[N, K]`.
  func logits(of embedding: TorchTensor, _ pass: Pass) throws -> TorchTensor {
    let vector = try direction(of: embedding, pass)
    let rows = try tensor(Self.rowsName).normalized()
    guard let rounding = pass.rounding else {
      return try vector.linear(rows).multiplied(by: tensor(Self.scaleName))
    }
    // Steps of the product with s are those of the cosine: it needs no grid of its own.
    let room = ImprintableNetwork.rowRoom(of: base, isProjected: head.projection != nil)
    let cosines = try rounding.cosine(vector.linear(rounding.rows(rows, room: room)))
    return try cosines.multiplied(by: tensor(Self.scaleName))
  }

  private func apply(_ layers: [Architecture.Layer], to input: TorchTensor, _ pass: Pass) throws -> TorchTensor {
    try layers.reduce(input) { try apply($1, to: $0, pass) }
  }

  private func apply(_ layer: Architecture.Layer, to input: TorchTensor, _ pass: Pass) throws -> TorchTensor {
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
      return try rounded(apply(inner, to: input, pass).adding(input), of: name, pass)
    case .mean(let name):
      return try rounded(input.pictureMean(), of: name, pass)
    case .fullyConnected(let name, _, _), .softmax(let name):
      throw TrainingError.badLayer(name)
    }
  }

  private func rounded(_ result: TorchTensor, of layer: String, _ pass: Pass) throws -> TorchTensor {
    try pass.rounding?.result(result, of: layer, moves: pass.movesRanges) ?? result
  }

  private func apply(_ layer: Convolution, to input: TorchTensor, _ pass: Pass) throws -> TorchTensor {
    let kernel = try tensor(layer.kernel + ".weight")
    let normalization = try Normalization(layer.normalization, in: self)
    let padding = Edges(same: input.shape, window: layer.window, stride: layer.stride)
    func convolve(_ kernel: TorchTensor, _ bias: TorchTensor? = nil) throws -> TorchTensor {
      try input.convolution(kernel, bias: bias, stride: layer.stride, padding: padding, groups: layer.groups)
    }
    let result: TorchTensor
    if let rounding = pass.rounding, pass.statisticsMomentum == nil {
      let factor = try normalization.factor(epsilon: base.epsilon)
      let folded = try kernel.multiplied(by: factor.reshaped([-1, 1, 1, 1]))
      let bias = try normalization.beta.subtracting(normalization.mean.multiplied(by: factor))
      result = try convolve(rounding.kernel(folded), bias)
    } else if pass.refitsStatistics {
      let convolved = try convolve(kernel)
      try normalization.refit(to: convolved, epsilon: base.epsilon)
      result = try normalization.apply(to: convolved, momentum: nil, epsilon: base.epsilon)
    } else {
      // Where statistics move, each channel has its own scale, so that the factors do not matter to the rounding.
      result = try normalization.apply(
        to: convolve(pass.rounding?.kernel(kernel) ?? kernel), momentum: pass.statisticsMomentum, epsilon: base.epsilon)
    }
    return try rounded(layer.activated(result), of: layer.name, pass)
  }
}

/// A convolution with its normalisation and its activation, full or depthwise.
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
