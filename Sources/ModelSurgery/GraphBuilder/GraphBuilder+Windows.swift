public import TFLite

extension GraphBuilder {
  /// Adds a convolution.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - kernel: `[O, h, w, C]`: outputs, rows, columns, inputs.
  ///   - bias: `[O]`.
  ///   - options: Strides, padding, dilation and the activation.
  ///   - encoding: The encoding of the output; required if the input is quantised.
  ///   - name: The output's name.
  /// - Returns: `[N, H', W', O]`; for H' and W' see ``TFLite/Padding/windowCount(input:window:stride:dilation:)``.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func conv2D(
    _ input: GraphTensor, kernel: GraphTensor, bias: GraphTensor, options: Conv2DOptions = Conv2DOptions(),
    encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard input.shape.count == 4, kernel.shape.count == 4, kernel.shape[3] == input.shape[3],
      bias.shape == [kernel.shape[0]],
      let rows = options.padding.windowCount(
        input: input.shape[1], window: kernel.shape[1], stride: options.strideHeight,
        dilation: options.dilationHeight),
      let columns = options.padding.windowCount(
        input: input.shape[2], window: kernel.shape[2], stride: options.strideWidth, dilation: options.dilationWidth)
    else { throw misfit(name, input, kernel, bias) }
    return try layer(
      .conv2D, [input, kernel, bias], shape: [input.shape[0], rows, columns, kernel.shape[0]],
      encoding: try newEncoding(encoding, for: input, layer: name), options: options.options, name: name)
  }

  /// Adds a depthwise convolution.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - kernel: `[1, h, w, C m]`, with m the options' depth multiplier.
  ///   - bias: `[C m]`.
  ///   - options: Strides, padding, dilation, the multiplier and the activation.
  ///   - encoding: The encoding of the output; required if the input is quantised.
  ///   - name: The output's name.
  /// - Returns: `[N, H', W', C m]`; for H' and W' see ``TFLite/Padding/windowCount(input:window:stride:dilation:)``.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func depthwiseConv2D(
    _ input: GraphTensor, kernel: GraphTensor, bias: GraphTensor,
    options: DepthwiseConv2DOptions = DepthwiseConv2DOptions(), encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard input.shape.count == 4, kernel.shape.count == 4, kernel.shape[0] == 1, options.depthMultiplier > 0,
      Int(kernel.shape[3]) == Int(input.shape[3]) * Int(options.depthMultiplier), bias.shape == [kernel.shape[3]],
      let rows = options.padding.windowCount(
        input: input.shape[1], window: kernel.shape[1], stride: options.strideHeight,
        dilation: options.dilationHeight),
      let columns = options.padding.windowCount(
        input: input.shape[2], window: kernel.shape[2], stride: options.strideWidth, dilation: options.dilationWidth)
    else { throw misfit(name, input, kernel, bias) }
    return try layer(
      .depthwiseConv2D, [input, kernel, bias], shape: [input.shape[0], rows, columns, kernel.shape[3]],
      encoding: try newEncoding(encoding, for: input, layer: name), options: options.options, name: name)
  }

  /// Adds an average pooling; padding does not count.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - options: The window, strides, padding and the activation.
  ///   - name: The output's name.
  /// - Returns: `[N, H', W', C]`, with the input's encoding.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func averagePool(
    _ input: GraphTensor, options: Pool2DOptions, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard input.shape.count == 4,
      let rows = options.padding.windowCount(
        input: input.shape[1], window: options.filterHeight, stride: options.strideHeight),
      let columns = options.padding.windowCount(
        input: input.shape[2], window: options.filterWidth, stride: options.strideWidth)
    else { throw misfit(name, input) }
    return try layer(
      .averagePool2D, [input], shape: [input.shape[0], rows, columns, input.shape[3]], encoding: nil,
      options: options.options, name: name)
  }

  func misfit(_ name: String, _ inputs: GraphTensor...) -> SurgeryError {
    let shapes = inputs.map { "\($0.shape)" }.joined(separator: ", ")
    return .cannotBuild(layer: name, because: "the shapes \(shapes) of its inputs do not fit")
  }
}

extension Padding {
  /// Returns the number of windows along one dimension, by TensorFlow's rules.
  ///
  /// With the dilated window w = (window − 1) dilation + 1: SAME gives ⌈input / stride⌉, with the padding split evenly
  /// and an odd element at the end; VALID gives ⌈(input − w + 1) / stride⌉.
  ///
  /// - Returns: The number, or nil if no window fits, an argument is not positive or the padding is unknown.
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
