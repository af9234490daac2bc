/// A convolution with its batch normalisation folded in: y = f (K x) + s = (f K) x + s.
struct FoldedConvolution: Sendable {
  /// Outputs, rows, columns, inputs; of a depthwise one 1, rows, columns, channels.
  let shape: [Int]
  /// f K in that order.
  let kernel: [Float]
  /// s.
  let bias: [Float]

  /// Folds weights that have been checked.
  ///
  /// - Parameters:
  ///   - prefix: What the name of the kernel begins with. As PyTorch has it: outputs, inputs, rows, columns.
  ///   - normalization: What the names of the normalisation's tensors begin with.
  ///   - epsilon: ε of the normalisation.
  ///   - isDepthwise: Whether each channel is convolved by itself.
  ///   - weights: All weights.
  /// - Throws: ``ConversionError/badNumber(tensor:because:)`` where a product is beyond all floats.
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
    // In both orders the place is that of the output, of the input and of the window's element, each times a step.
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

  /// A linear layer of a vector as a convolution of one pixel, with no bias.
  ///
  /// - Parameter matrix: `[outputs, inputs]`.
  init(linear matrix: [Float], outputs: Int, inputs: Int) {
    shape = [outputs, 1, 1, inputs]
    kernel = matrix
    bias = Array(repeating: 0, count: outputs)
  }
}

/// A batch normalisation in use, y = γ (x − μ) / √(σ² + ε) + β, as a factor and a shift for each channel: y = f x + s.
struct BatchNormalization: Sendable {
  /// γ / √(σ² + ε).
  let factors: [Double]
  /// β − μ f.
  let shifts: [Float]

  /// The names of γ, β, μ and σ².
  static func names(_ prefix: String) -> [String] {
    ["weight", "bias", "running_mean", "running_var"].map { prefix + "." + $0 }
  }

  /// Reads one whose tensors have been checked.
  ///
  /// - Throws: ``ConversionError/badNumber(tensor:because:)`` for a variance of −ε or less, or a shift beyond floats.
  init(_ prefix: String, epsilon: Double, in weights: NamedWeights) throws(ConversionError) {
    let names = Self.names(prefix)
    let tensors = names.map { weights[$0]?.elements ?? [] }
    var factors: [Double] = []
    var shifts: [Float] = []
    for (channel, variance) in tensors[3].enumerated() {
      guard Double(variance) + epsilon > 0 else {
        throw .badNumber(tensor: names[3], because: "its element \(channel) is \(variance), which is no variance")
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
