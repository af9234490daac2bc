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
