/// A setting of an ``RandomAugmentation`` that is out of its bounds.
public enum RandomAugmentationError: Error, Sendable, Hashable {
  /// ``RandomCrop/area`` is not within 0...1, more than 0.
  case badArea(ClosedRange<Double>)
  /// ``RandomCrop/aspect`` is not within 0.01...100.
  case badAspect(ClosedRange<Double>)
  /// ``RandomCrop/tries`` is not within 1...1000.
  case badTries(Int)
  /// A setting of ``ColourDistortion`` is not within 0...`most`.
  case badColours(String, Double, most: Double)
}

extension RandomAugmentationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badArea(let area):
      "a random crop cannot take \(area) of a picture's area: it must be more than 0 and at most 1"
    case .badAspect(let aspect):
      "a random crop cannot be \(aspect) times as wide as high: it must be within 0.01...100"
    case .badTries(let tries):
      "a random crop cannot be tried \(tries) times: it must be 1 to 1000"
    case .badColours(let name, let value, let most):
      "\(name) cannot be changed by \(value): it must be at least 0 and at most \(most)"
    }
  }
}
