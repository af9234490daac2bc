import TFLite
import TestMaterial

extension UnsignedGraph {
  /// Returns pseudorandom bytes that are the same in every run.
  func numbers(_ count: Int, from least: UInt8 = 0) -> [UInt8] {
    var generator = SeededGenerator(seed: count)
    return (0..<count).map { _ in .random(in: least...255, using: &generator) }
  }

  /// Adds an operator that reads the identity's output and optional further inputs.
  mutating func follow(
    _ builtin: BuiltinOperator, _ shape: [Int32], _ options: OperatorOptions? = nil, and others: [Int32] = [],
    scale: Float = 0.05, zeroPoint: Int64 = 120
  ) {
    let result = tensor("result", shape, scale: scale, zeroPoint: zeroPoint)
    add(builtin, [identity] + others, [result], options)
  }

  /// Adds a layer with weights over the full range, which fit int8 if their zero point is 128.
  mutating func layer(
    _ builtin: BuiltinOperator, _ weights: [Int32], _ channels: Int32, _ shape: [Int32],
    _ encoding: (scale: Float, zeroPoint: Int64), _ options: OperatorOptions?, zeroPoint: Int64 = 128,
    of source: Int32? = nil
  ) {
    let count = weights.reduce(1) { $0 * Int($1) }
    let kernel = tensor(
      "weights", weights, scale: 0.01, zeroPoint: zeroPoint, data: numbers(count, from: zeroPoint == 128 ? 1 : 0))
    let bias = integers("biases", (0..<channels).map { 300 * ($0 % 5) - 600 }, scale: 0.01 * 0.05)
    let result = tensor("result", shape, scale: encoding.scale, zeroPoint: encoding.zeroPoint)
    add(builtin, [source ?? identity, kernel, bias], [result], options)
  }

  /// Adds another tensor of the identity's shape.
  mutating func blurred(scale: Float) -> Int32 {
    let options = Pool2DOptions(padding: .same, strideWidth: 1, strideHeight: 1, filterWidth: 2, filterHeight: 2)
    let pooled = tensor("pooled", [1, 6, 6, 8])
    add(.maxPool2D, [identity], [pooled], options.options)
    guard scale != 0.05 else { return pooled }
    let blurred = tensor("blurred", [1, 6, 6, 8], scale: scale, zeroPoint: 100)
    add(.quantize, [pooled], [blurred], .named("Quantize"))
    return blurred
  }
}

extension OperatorOptions {
  /// Returns options by the operator's name in the schema, with fields set.
  static func named(_ name: String, _ fields: [String: OptionValue] = [:]) -> OperatorOptions? {
    guard var options = OptionsKind(name: "\(name)Options").map(OperatorOptions.init) else { return nil }
    for (field, value) in fields { try? options.set(field, to: value) }
    return options
  }
}
