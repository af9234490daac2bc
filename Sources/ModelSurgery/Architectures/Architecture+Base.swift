extension Architecture {
  /// The network up to its embedding: the layers through the mean over the picture.
  public var base: Architecture {
    let end = layers.firstIndex { if case .mean = $0 { true } else { false } } ?? layers.count - 1
    return with(layers: Array(layers.prefix(end + 1)))
  }

  /// How many numbers the last layer gives.
  public var outputs: Int { Self.outputs(of: layers, given: 3) }

  /// The names of all layers, in the order in which their results are computed; a sum comes behind what is added.
  public var layerNames: [String] { Self.names(of: layers) }

  private static func names(of layers: [Layer]) -> [String] {
    layers.flatMap { layer in
      switch layer {
      case .convolution(let name, _, _, _, _, _, _), .depthwise(let name, _, _, _, _, _), .mean(let name),
        .fullyConnected(let name, _, _), .softmax(let name):
        [name]
      case .residual(let name, let inner): names(of: inner) + [name]
      }
    }
  }

  /// The same network for pictures of another width and height.
  public func with(side: Int32) -> Architecture {
    Architecture(name: name, side: side, mean: mean, deviation: deviation, epsilon: epsilon, layers: layers)
  }

  private func with(layers: [Layer]) -> Architecture {
    Architecture(name: name, side: side, mean: mean, deviation: deviation, epsilon: epsilon, layers: layers)
  }

  private static func outputs(of layers: [Layer], given inputs: Int) -> Int {
    layers.reduce(inputs) { channels, layer in
      switch layer {
      case .convolution(_, _, _, let outputs, _, _, _), .fullyConnected(_, _, let outputs): outputs
      case .residual(_, let inner): outputs(of: inner, given: channels)
      case .depthwise, .mean, .softmax: channels
      }
    }
  }
}
