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
  /// - Throws: ``ConversionError/badNumber(tensor:because:)`` for a variance of −ε or less, or a shift beyond all
  ///   floats.
  init(_ prefix: String, epsilon: Double, in weights: NamedWeights) throws(ConversionError) {
    let names = Self.names(prefix)
    let tensors = names.map { weights[$0]?.elements ?? [] }
    var factors: [Double] = []
    var shifts: [Float] = []
    for (channel, variance) in tensors[3].enumerated() {
      let factor = Double(tensors[0][channel]) / (Double(variance) + epsilon).squareRoot()
      let shift = Float(Double(tensors[1][channel]) - Double(tensors[2][channel]) * factor)
      guard factor.isFinite, shift.isFinite else {
        throw .badNumber(
          tensor: names[3], because: "its element \(channel) is \(variance), which nothing can be divided by")
      }
      factors.append(factor)
      shifts.append(shift)
    }
    self.factors = factors
    self.shifts = shifts
  }
}
