/// A convolution with its batch normalisation folded in: y = f (K x) + s = (f K) x + s.
struct FoldedConvolution: Sendable {
  /// Outputs, rows, columns, inputs; of a depthwise convolution 1, rows, columns, channels.
  let shape: [Int]
  /// f K in that order.
  let kernel: [Float]
  /// s.
  let bias: [Float]

  /// Folds checked weights.
  ///
  /// - Parameters:
  ///   - prefix: The prefix of the kernel's name. The kernel is in PyTorch's layout: outputs, inputs, rows, columns.
  ///   - normalization: The prefix of the names of the normalisation's tensors.
  ///   - epsilon: ε of the normalisation.
  ///   - isDepthwise: Whether the convolution is depthwise.
  ///   - weights: All weights.
  /// - Throws: ``ConversionError/badNumber(tensor:because:)`` if a product overflows.
  init(
    _ prefix: String, _ normalization: String, epsilon: Double, isDepthwise: Bool = false, in weights: NamedWeights
  ) throws(ConversionError) {
    let name = prefix + ".weight"
    let source = weights[name]?.elements ?? []
    let dimensions = weights[name]?.shape ?? []
    let normalization = try BatchNormalization(normalization, epsilon: epsilon, in: weights)
    guard dimensions.count == 4, dimensions[0] == normalization.factors.count else {
      throw .misshapen(tensor: name, expected: [normalization.factors.count, 1, 1, 1], found: dimensions)
    }
    let (outputs, inputs, area) = (dimensions[0], dimensions[1], dimensions[2] * dimensions[3])
    // In both layouts the index is a sum of output, window element and input, each times a stride.
    let (outputStep, areaStep) = isDepthwise ? (1, outputs) : (inputs * area, inputs)
    var kernel = Array(repeating: Float(0), count: source.count)
    for output in 0..<outputs {
      let factor = normalization.factors[output]
      for input in 0..<inputs {
        for place in 0..<area {
          let element = Double(source[(output * inputs + input) * area + place]) * factor
          kernel[output * outputStep + place * areaStep + input] = Float(element)
        }
      }
    }
    guard kernel.allSatisfy(\.isFinite) else {
      throw .badNumber(tensor: name, because: "its product with the normalisation's factors is infinite")
    }
    self.kernel = kernel
    bias = normalization.shifts
    shape = [isDepthwise ? 1 : outputs, dimensions[2], dimensions[3], isDepthwise ? outputs : inputs]
  }

  /// Creates a 1 × 1 convolution from a linear layer.
  ///
  /// - Parameters:
  ///   - matrix: `[outputs, inputs]`.
  ///   - biases: One for each output; zeros by default.
  init(linear matrix: [Float], biases: [Float]? = nil, outputs: Int, inputs: Int) {
    shape = [outputs, 1, 1, inputs]
    kernel = matrix
    bias = biases ?? Array(repeating: 0, count: outputs)
  }
}

/// A batch normalisation at inference, y = γ (x − μ) / √(σ² + ε) + β, as y = f x + s per channel.
struct BatchNormalization: Sendable {
  /// γ / √(σ² + ε).
  let factors: [Double]
  /// β − μ f.
  let shifts: [Float]

  /// Returns the names of γ, β, μ and σ².
  static func names(_ prefix: String) -> [String] {
    ["weight", "bias", "running_mean", "running_var"].map { prefix + "." + $0 }
  }

  /// Reads a normalisation whose tensors have been checked.
  ///
  /// - Throws: ``ConversionError/badNumber(tensor:because:)`` if a variance is −ε or less, or a shift overflows.
  init(_ prefix: String, epsilon: Double, in weights: NamedWeights) throws(ConversionError) {
    let names = Self.names(prefix)
    let tensors = names.map { weights[$0]?.elements ?? [] }
    var factors: [Double] = []
    var shifts: [Float] = []
    for (channel, variance) in tensors[3].enumerated() {
      guard Double(variance) + epsilon > 0 else {
        throw .badNumber(tensor: names[3], because: "its element \(channel) is \(variance), which is not a variance")
      }
      let factor = Double(tensors[0][channel]) / (Double(variance) + epsilon).squareRoot()
      let shift = Float(Double(tensors[1][channel]) - Double(tensors[2][channel]) * factor)
      guard shift.isFinite else {
        let words = "its element \(channel), \(tensors[0][channel]), makes the folded bias infinite"
        throw .badNumber(tensor: names[0], because: words)
      }
      factors.append(factor)
      shifts.append(shift)
    }
    self.factors = factors
    self.shifts = shifts
  }
}
