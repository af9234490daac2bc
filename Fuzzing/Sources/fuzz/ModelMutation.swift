@testable import ModelSurgery
@testable import TFLite

/// Changes to a model's fields, which bytes changed at random seldom make.
struct ModelMutation {
  private var model: Model
  private var random: SeededGenerator

  /// Returns the bytes of a model with one to four fields changed, or nil if the bytes are no model or the changed model
  /// cannot be written.
  static func changed(_ input: [UInt8], seed: UInt32) -> [UInt8]? {
    guard let model = try? Model(bytes: Bytes(input)), !model.subgraphs.isEmpty else { return nil }
    var mutation = ModelMutation(model: model, random: SeededGenerator(seed: Int(seed)))
    for _ in 0..<mutation.number(1...4) { mutation.change() }
    return try? mutation.model.serialized().bytes()
  }

  private mutating func change() {
    let graph = number(0...model.subgraphs.count - 1)
    switch number(0...9) {
    case 0, 1: changeTensor(in: graph)
    case 2: changeShape(in: graph)
    case 3: changeQuantization(in: graph)
    case 4, 5: changeOptions(in: graph)
    case 6: changeConnections(in: graph)
    case 7: changeOperators(in: graph)
    case 8: changeBuffer()
    default: changeEnds(of: graph)
    }
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func place(in count: Int) -> Int? { count > 0 ? number(0...count - 1) : nil }

  private mutating func interesting() -> Int32 {
    let values: [Int32] = [
      -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 64, 127, 128, 255, 256, 1000, 1 << 15, 1 << 20, .max, .min,
    ]
    return number(0...3) == 0 ? Int32.random(in: -9...40, using: &random) : values[number(0...values.count - 1)]
  }

  private mutating func tensorIndex(in graph: Int) -> Int32 {
    Int32(clamping: number(-1...max(0, model.subgraphs[graph].tensors.count - 1)))
  }

  private mutating func changeTensor(in graph: Int) {
    guard let index = place(in: model.subgraphs[graph].tensors.count) else { return }
    switch number(0...5) {
    case 0, 1: model.subgraphs[graph].tensors[index].type = TensorType(rawValue: Int8(number(0...17)))
    case 2: model.subgraphs[graph].tensors[index].isVariable.toggle()
    case 3:
      guard let buffer = place(in: model.buffers.count) else { return }
      model.subgraphs[graph].tensors[index].buffer = UInt32(buffer)
    case 4:
      model.subgraphs[graph].tensors[index].shapeSignature = model.subgraphs[graph].tensors[index].shape.map {
        number(0...1) == 0 ? -1 : $0
      }
    default:
      guard let other = place(in: model.subgraphs[graph].tensors.count) else { return }
      model.subgraphs[graph].tensors.append(model.subgraphs[graph].tensors[other])
    }
    fitBuffer(of: index, in: graph)
  }

  private mutating func changeShape(in graph: Int) {
    guard let index = place(in: model.subgraphs[graph].tensors.count) else { return }
    var shape = model.subgraphs[graph].tensors[index].shape
    switch number(0...5) {
    case 0: shape.insert(number(0...1) == 0 ? 1 : interesting(), at: number(0...shape.count))
    case 1: if let dimension = place(in: shape.count) { shape.remove(at: dimension) }
    case 2: shape.shuffle(using: &random)
    default: if let dimension = place(in: shape.count) { shape[dimension] = interesting() }
    }
    model.subgraphs[graph].tensors[index].shape = shape
    fitBuffer(of: index, in: graph)
  }

  /// Gives a constant as many bytes as its shape says, three times out of four.
  private mutating func fitBuffer(of index: Int, in graph: Int) {
    let tensor = model.subgraphs[graph].tensors[index]
    guard tensor.buffer > 0, let size = tensor.byteCount, size <= 4096, number(0...3) > 0,
      let old = model.buffers[Int(tensor.buffer)].data, old.count != size
    else { return }
    let bytes = Array(old)
    model.buffers.append(
      Buffer(Bytes((0..<size).map { bytes.isEmpty ? UInt8(truncatingIfNeeded: $0) : bytes[$0 % bytes.count] })))
    model.subgraphs[graph].tensors[index].buffer = UInt32(model.buffers.count - 1)
  }

  private mutating func changeQuantization(in graph: Int) {
    guard let index = place(in: model.subgraphs[graph].tensors.count) else { return }
    var quantization =
      model.subgraphs[graph].tensors[index].quantization ?? QuantizationParameters(scale: 0.1, zeroPoint: 0)
    let scales: [Float] = [0, 1e-30, 1e-6, 0.05, 1 / 255, 1, 1e6, 1e30, .infinity, .nan, -1]
    switch number(0...5) {
    case 0: quantization.scale = [scales[number(0...scales.count - 1)]]
    case 1: quantization.zeroPoint = [Int64(interesting())]
    case 2:
      let count = number(0...9)
      quantization.scale = (0..<count).map { _ in 0.05 }
      quantization.zeroPoint = (0..<count).map { _ in 0 }
    case 3: quantization.quantizedDimension = Int32(number(-1...5))
    case 4: quantization = QuantizationParameters()
    default:
      model.subgraphs[graph].tensors[index].quantization = nil
      return
    }
    model.subgraphs[graph].tensors[index].quantization = quantization
  }

  private mutating func changeOptions(in graph: Int) {
    guard let index = place(in: model.subgraphs[graph].operators.count) else { return }
    var op = model.subgraphs[graph].operators[index]
    guard var options = op.options, let slot = place(in: options.kind.fields.count) else { return }
    let field = options.kind.fields[slot]
    let whole = Int64(field.valueNames.isEmpty ? Int(interesting()) : number(-1...field.valueNames.count))
    let reals: [Float] = [0, 1, -1, 0.5, 1e30, .nan, .infinity]
    let values: [OptionValue] = [
      .integer(whole), .flag(number(0...1) == 0), .real(reals[number(0...reals.count - 1)]),
      .integers((0..<number(0...5)).map { _ in Int64(interesting()) }),
    ]
    guard let value = values.first(where: { field.accepts($0) }) else { return }
    try? options.set(field.name, to: value)
    op.options = options
    model.subgraphs[graph].operators[index] = op
  }

  private mutating func changeConnections(in graph: Int) {
    guard let index = place(in: model.subgraphs[graph].operators.count) else { return }
    var op = model.subgraphs[graph].operators[index]
    let tensor = tensorIndex(in: graph)
    switch number(0...5) {
    case 0, 1: if let slot = place(in: op.inputs.count) { op.inputs[slot] = tensor }
    case 2: op.inputs.append(tensor)
    case 3: if !op.inputs.isEmpty { op.inputs.removeLast() }
    case 4: op.outputs.append(tensor)
    default: if let slot = place(in: op.outputs.count) { op.outputs[slot] = tensor }
    }
    model.subgraphs[graph].operators[index] = op
  }

  private mutating func changeOperators(in graph: Int) {
    guard let index = place(in: model.subgraphs[graph].operators.count) else { return }
    switch number(0...3) {
    case 0: model.subgraphs[graph].operators.append(model.subgraphs[graph].operators[index])
    case 1: model.subgraphs[graph].operators.remove(at: index)
    default:
      let builtin = BuiltinOperator(rawValue: Int32(number(0...160)))
      model.operatorCodes.append(OperatorCode(builtin, version: Int32(number(1...4))))
      model.subgraphs[graph].operators[index].opcodeIndex = UInt32(model.operatorCodes.count - 1)
    }
  }

  private mutating func changeBuffer() {
    guard let index = place(in: model.buffers.count), let data = model.buffers[index].data, data.count >= 4 else {
      return
    }
    var bytes = Array(data)
    if number(0...1) == 0 {
      Mutation.mutate(&bytes, using: &random)
    } else {
      let start = number(0...bytes.count / 4 - 1) * 4
      bytes.replaceSubrange(start..<start + 4, with: littleEndian(interesting()))
    }
    model.buffers[index].data = Bytes(bytes)
  }

  private mutating func changeEnds(of graph: Int) {
    let tensor = tensorIndex(in: graph)
    switch number(0...4) {
    case 0: model.subgraphs[graph].inputs = [tensor]
    case 1: model.subgraphs[graph].outputs = [tensor]
    case 2: model.subgraphs[graph].outputs.append(tensor)
    case 3: if model.subgraphs.count < 3 { model.subgraphs.append(model.subgraphs[graph]) }
    default:
      var signature = SignatureDef()
      signature.signatureKey = "serving_default"
      signature.inputs = [TensorMap(name: "image", tensorIndex: UInt32(clamping: tensor))]
      signature.outputs = [TensorMap(name: "scores", tensorIndex: UInt32(clamping: tensorIndex(in: graph)))]
      model.signatureDefs = [signature]
    }
  }
}
