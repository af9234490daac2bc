extension Architecture {
  /// All networks that weights can be converted for.
  public static let known: [Architecture] =
    [efficientNetLite0, efficientNetLite1, efficientNetLite2]
    + [1, 0.75, 0.5, 0.25].map { mobileNetV1(multiplier: $0) }

  /// The network of a name, or nil where none is known.
  public init?(name: String) {
    guard let found = Self.known.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
