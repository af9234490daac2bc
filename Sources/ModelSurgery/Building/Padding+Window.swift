import TFLite

extension Padding {
  /// How many windows fit along one dimension, by TensorFlow's rules.
  ///
  /// With the window's reach w = (window − 1) dilation + 1: SAME gives ⌈input / stride⌉, the padding that this takes
  /// being split evenly with an odd one behind; VALID gives ⌈(input − w + 1) / stride⌉.
  ///
  /// - Returns: The number, or nil where no window fits, a number is not positive or the padding is another one.
  public func windowCount(input: Int32, window: Int32, stride: Int32, dilation: Int32 = 1) -> Int32? {
    guard input > 0, window > 0, stride > 0, dilation > 0 else { return nil }
    let places: Int
    switch self {
    case .same: places = Int(input)
    // Each factor is below 2³¹, so nothing here can overflow.
    case .valid: places = Int(input) - (Int(window) - 1) * Int(dilation)
    default: return nil
    }
    return places > 0 ? Int32(exactly: (places - 1) / Int(stride) + 1) : nil
  }
}
