@testable import TFLite

/// A small model that uses nearly every table of the schema.
enum SampleModel {
  static var model: Model {
    var model = Model()
    model.description = "a sample"
    model.operatorCodes = [
      OperatorCode(.conv2D, version: 2), OperatorCode(.stablehloCompare), OperatorCode(custom: "my-op", version: 3),
      OperatorCode(.while),
    ]
    var outOfLine = Buffer([1, 2, 3, 4, 5])
    outOfLine.isOutOfLine = true
    model.buffers = [
      Buffer(), Buffer(Bytes((0..<36).map { $0 })), Buffer([7, 8]), outOfLine,
      Buffer(Bytes([UInt8](repeating: 9, count: 700))),
    ]
    model.metadataBuffer = [2]
    model.metadata = [Metadata(name: "min_runtime_version", buffer: 2)]
    model.subgraphs = [graph, SubGraph()]
    model.subgraphs[1].name = "body"

    var signature = SignatureDef()
    signature.signatureKey = "serving_default"
    signature.inputs = [TensorMap(name: "image", tensorIndex: 0)]
    signature.outputs = [TensorMap(name: "scores", tensorIndex: 2)]
    signature.deprecatedTag = "serve"
    model.signatureDefs = [signature]

    model.externalBufferGroups = [ExternalBufferGroup(name: "weights.bin")]
    model.externalBuffers = [ExternalBuffer(id: 4, group: 0, offset: 16, length: 99, packing: "none")]
    model.trailing = Bytes(Array("some bytes after the model".utf8))
    return model
  }

  private static var graph: SubGraph {
    var graph = SubGraph()
    graph.name = "main"
    graph.inputs = [0]
    graph.outputs = [2]
    graph.tensors = tensors

    var convolution = Operator(
      opcodeIndex: 0, inputs: [0, 1, -1], outputs: [2],
      options: Conv2DOptions(padding: .valid, strideWidth: 2, activation: .relu6).options)
    convolution.mutatingVariableInputs = [false, true, false]
    convolution.intermediates = [3]

    var custom = Operator(opcodeIndex: 2, inputs: [2], outputs: [3])
    custom.customOptions = Bytes(Array("options".utf8))
    var outOfLine = custom
    outOfLine.hasOutOfLineCustomOptions = true

    graph.operators = [convolution, custom, outOfLine, loop, compare]
    return graph
  }

  private static var loop: Operator {
    var options = OperatorOptions(OptionsKind(name: "WhileOptions") ?? .add)
    options.store(.integer(1), at: 0)
    options.store(.integer(1), at: 1)
    return Operator(opcodeIndex: 3, inputs: [], outputs: [], options: options)
  }

  private static var compare: Operator {
    var options = OperatorOptions(OptionsKind(name: "StablehloCustomCallOptions") ?? .add)
    options.store(.text("target"), at: 0)
    options.store(.integers([0, 1]), at: 4)
    options.store(.bytes([1, 2, 3]), at: 5)
    var op = Operator(opcodeIndex: 1, inputs: [0], outputs: [2], options: options)
    op.debugMetadataIndex = 3
    return op
  }

  private static var tensors: [Tensor] {
    var weights = Tensor(shape: [1, 3, 3, 4], type: .int8, buffer: 1, name: "weights")
    weights.quantization = QuantizationParameters(scale: [0.5, 0.25], zeroPoint: [0, 1 << 40], quantizedDimension: 3)
    weights.quantization?.min = [-1]
    weights.quantization?.max = [1]
    weights.sparsity = sparsity

    var blocks = Tensor(shape: [4], type: .int4, name: Text(bytes: [0xFF, 0x41]))
    blocks.quantization = QuantizationParameters()
    var blockwise = BlockwiseQuantization(scales: 1, zeroPoints: -1, blockSize: 32)
    blockwise.blockShape = [1, 32]
    blocks.quantization?.details = .blockwise(blockwise)
    blocks.externalBuffer = 4

    var variant = Tensor(shape: [], type: .variant)
    variant.variantTensors = [VariantSubType(shape: [2], type: .float32, hasRank: true)]
    variant.quantization = QuantizationParameters()
    variant.quantization?.details = .custom(CustomQuantization(custom: [1, 2, 3]))
    variant.isVariable = true

    var input = Tensor(shape: [1, 5, 5, 4], type: .uint8, buffer: 3, name: "image")
    input.shapeSignature = [-1, 5, 5, 4]
    input.hasRank = true
    input.quantization = QuantizationParameters(scale: 1, zeroPoint: 128)
    return [input, weights, variant, blocks]
  }

  private static var sparsity: SparsityParameters {
    var sparsity = SparsityParameters()
    sparsity.traversalOrder = [0, 1]
    sparsity.blockMap = [1]
    var compressed = DimensionMetadata(format: .sparseCsr)
    compressed.arraySegments = SparseIndexVector(width: .uint8, data: [0, 2])
    compressed.arrayIndices = SparseIndexVector(width: .uint16, data: [1, 0, 3, 0])
    sparsity.dimMetadata = [DimensionMetadata(format: .dense, denseSize: 3), compressed]
    return sparsity
  }
}
