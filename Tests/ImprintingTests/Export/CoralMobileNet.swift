import ModelSurgery
import TFLite
import TestMaterial
import Testing

/// One of Coral's quantised MobileNets v1 as a network with float weights. Its batch normalisations only add the biases
/// of the layers.
struct CoralMobileNet {
  let architecture: Architecture
  let base: NamedWeights
  /// The activation ranges by layer name.
  let ranges: [String: ActivationRanges.Range]

  init(_ file: String, multiplier: Double, side: Int32) throws {
    let model = try Model(contentsOf: Material.model(file))
    let graph = try #require(model.mainSubgraph)
    architecture = .mobileNetV1(multiplier: multiplier, side: side)
    let base = architecture.base
    let layers = base.layerNames
    try #require(graph.operators.count >= layers.count)
    var weights: [(name: String, tensor: WeightTensor)] = []
    var ranges: [String: ActivationRanges.Range] = [:]
    for (name, op) in zip(layers, graph.operators) {
      let output = try #require(op.outputs.first.flatMap { graph.tensor($0) })
      let encoding = try ElementEncoding(of: output, label: name)
      ranges[name] = .init(lower: 0, upper: 255 * encoding.unit)
      guard op.inputs.count == 3 else { continue }
      let kernel = try #require(graph.tensor(op.inputs[1]))
      let values = try #require(model.constant(kernel)).withUnsafeBytes {
        try ElementEncoding(of: kernel, label: name).values($0)
      }
      let isDepthwise = model.builtinOperator(of: op) == .depthwiseConv2D
      weights.append((name + ".weight", try Self.outputsFirst(values, kernel.shape.map { Int($0) }, isDepthwise)))
      let bias = try #require(graph.tensor(op.inputs[2]))
      let unit = try #require(bias.quantization?.scale.first)
      let shifts = try #require(model.constant(bias)).withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map {
          Float(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self))) * unit
        }
      }
      let gain = Float((1 + architecture.epsilon).squareRoot())
      func constant(_ end: String, _ value: Float) throws {
        let numbers = Array(repeating: value, count: shifts.count)
        weights.append((name + ".BatchNorm." + end, try #require(WeightTensor(shape: [shifts.count], numbers))))
      }
      try constant("weight", gain)
      weights.append((name + ".BatchNorm.bias", try #require(WeightTensor(shape: [shifts.count], shifts))))
      try constant("running_mean", 0)
      try constant("running_var", 1)
    }
    self.base = NamedWeights(weights)
    self.ranges = ranges
  }

  /// Returns a kernel in the order outputs, inputs, rows, columns.
  private static func outputsFirst(_ values: [Float], _ shape: [Int], _ isDepthwise: Bool) throws -> WeightTensor {
    let (outputs, area, inputs) = (shape[isDepthwise ? 3 : 0], shape[1] * shape[2], isDepthwise ? 1 : shape[3])
    var sorted: [Float] = []
    for output in 0..<outputs {
      for input in 0..<inputs {
        for place in 0..<area {
          sorted.append(values[isDepthwise ? place * outputs + output : (output * area + place) * inputs + input])
        }
      }
    }
    return try #require(WeightTensor(shape: [outputs, inputs, shape[1], shape[2]], sorted))
  }
}
