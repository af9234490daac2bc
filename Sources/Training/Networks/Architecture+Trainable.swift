import ModelSurgery

extension Architecture {
  /// The names of the architectures that can be trained.
  public static let trainable = known.map(\.name)
}
