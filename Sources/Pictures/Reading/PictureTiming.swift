/// Is told how long the steps of reading a picture took.
///
/// A reader that is handed none looks at no clock.
public struct PictureTiming: Sendable {
  /// A step on the way from a file to a tensor.
  public enum Step: Sendable, Hashable {
    /// Getting a file's bytes.
    case reading
    /// Making pixels of them, at the scale at which the format is decoded.
    case decoding
    /// Bringing the pixels to the tensor's size, and upright.
    case resizing
  }

  let spent: @Sendable (Step, Duration) -> Void

  /// - Parameter spent: Is called with a step and the time that it took, on the thread that reads; several times a
  ///   picture where a step has several parts.
  public init(_ spent: @escaping @Sendable (_ step: Step, _ time: Duration) -> Void) { self.spent = spent }
}
