import Foundation
import LiteRT
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("Constant folding")
struct ConstantFoldingTests {
  /// A layer whose weights are dequantised, transposed, normalised, scaled and padded constants.
  private var model: Model {
    var model = Model()
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    let features = add([1, 8], .float32, "features", to: &model)
    var generator = SeededGenerator(seed: 3)
    // The bits of half-precision floats from 2⁻⁵ to 1.
    let halves = (0..<40).map { _ in UInt16.random(in: 0x2800..<0x3C00, using: &generator) }
    let stored = add([8, 5], .float16, "stored", contents: bytes(halves), to: &model)
    let steps = add([5, 1], .int8, "steps", contents: bytes([-7, 3, 99, 1, 50] as [Int8]), to: &model)
    let scale = add([5, 1], .float32, "scale", to: &model)
    model.subgraphs[0].tensors[Int(steps)].quantization = QuantizationParameters(scale: 0.013, zeroPoint: -3)
    let permutation = add([2], .int32, "permutation", contents: bytes([1, 0] as [Int32]), to: &model)
    let paddings = add([2, 2], .int32, "paddings", contents: bytes([0, 1, 0, 0] as [Int32]), to: &model)
    let dequantized = add([8, 5], .float32, "dequantized", to: &model)
    let transposed = add([5, 8], .float32, "transposed", to: &model)
    let normalized = add([5, 8], .float32, "normalized", to: &model)
    let scaled = add([5, 8], .float32, "scaled", to: &model)
    let padded = add([6, 8], .float32, "padded", to: &model)
    let scores = add([1, 6], .float32, "scores", to: &model)
    add(.dequantize, [stored], [dequantized], nil, to: &model)
    add(.dequantize, [steps], [scale], nil, to: &model)
    add(.transpose, [dequantized, permutation], [transposed], nil, to: &model)
    add(.l2Normalization, [transposed], [normalized], L2NormOptions().options, to: &model)
    add(.mul, [normalized, scale], [scaled], MulOptions().options, to: &model)
    add(.pad, [scaled, paddings], [padded], nil, to: &model)
    add(.fullyConnected, [features, padded, -1], [scores], FullyConnectedOptions().options, to: &model)
    model.subgraphs[0].inputs = [features]
    model.subgraphs[0].outputs = [scores]
    return model
  }

  private func bytes<Number>(_ numbers: [Number]) -> Bytes { numbers.withUnsafeBytes { Bytes(Array($0)) } }

  private func add(
    _ shape: [Int32], _ type: TensorType, _ name: Text, contents: Bytes? = nil, to model: inout Model
  ) -> Int32 {
    var tensor = Tensor(shape: shape, type: type, name: name)
    if let contents {
      model.buffers.append(Buffer(contents))
      tensor.buffer = UInt32(model.buffers.count - 1)
    }
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  private func add(
    _ builtin: BuiltinOperator, _ inputs: [Int32], _ outputs: [Int32], _ options: OperatorOptions?,
    to model: inout Model
  ) {
    model.operatorCodes.append(OperatorCode(builtin, version: builtin == .dequantize ? 3 : 1))
    let code = UInt32(model.operatorCodes.count - 1)
    model.subgraphs[0].operators.append(
      Operator(opcodeIndex: code, inputs: inputs, outputs: outputs, options: options))
  }

  @Test("Folds a chain of operators on constants into one constant and removes the chain")
  func chain() throws {
    let folding = try ConstantFolding(of: model)
    #expect(folding.unfolded.isEmpty, "\(folding.unfolded)")
    #expect(folding.folded == ["\"padded\""])
    let folded = folding.model
    #expect(folded.subgraphs[0].operators.count == 1)
    #expect(folded.subgraphs[0].tensors.map(\.name) == ["features", "padded", "scores"])
    #expect(folded.operatorCodes.count == 1 && folded.buffers.count == 2)
    let constant = try #require(folded.constant(folded.subgraphs[0].tensors[1]))
    #expect(constant.count == 6 * 8 * 4 && constant.prefix(5 * 32).contains { $0 != 0 })
    #expect(constant.suffix(32).allSatisfy { $0 == 0 })
    let answers = try Answers()
    let input = Array(bytes((0..<8).map { Float($0) - 3.5 }))
    let scores = try [folded, model].map { model in
      try answers.answer(model, to: input).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    for (mine, theirs) in zip(scores[0], scores[1]) { #expect(abs(mine - theirs) <= 1e-6) }
    #expect(try ConstantFolding(of: folded).folded.isEmpty)
  }

  @Test(
    "The folded constant equals LiteRT's intermediate tensor bit for bit",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func bits() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try model.serialized().write(to: file)
    let printed = try Python.run(
      """
      import sys
      import numpy
      from ai_edge_litert.interpreter import Interpreter
      interpreter = Interpreter(sys.argv[1], experimental_preserve_all_tensors=True)
      interpreter.allocate_tensors()
      interpreter.set_tensor(interpreter.get_input_details()[0]["index"], numpy.ones((1, 8), numpy.float32))
      interpreter.invoke()
      padded = next(t["index"] for t in interpreter.get_tensor_details() if t["name"] == "padded")
      print(interpreter.get_tensor(padded).tobytes().hex())
      """, [file.path])
    let folded = try ConstantFolding(of: model).model
    let constant = try #require(folded.constant(folded.subgraphs[0].tensors[1]))
    let hex = constant.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(printed.split(whereSeparator: \.isNewline).last.map(String.init) == hex)
  }

  @Test("Leaves operators that would grow the file, are random or cannot run")
  func unfoldable() throws {
    var large = model
    let shape = add([2], .int32, "shape", contents: bytes([30_000, 1000] as [Int32]), to: &large)
    let one = add([], .float32, "one", contents: bytes([1] as [Float]), to: &large)
    let spread = add([30_000, 1000], .float32, "spread", to: &large)
    add(.fill, [shape, one], [spread], nil, to: &large)
    let random = add([2], .float32, "random", to: &large)
    let few = add([1], .int32, "few", contents: bytes([2] as [Int32]), to: &large)
    add(.randomUniform, [few], [random], nil, to: &large)
    let broken = add([3, 3], .float32, "broken", to: &large)
    add(.transpose, [few, few], [broken], nil, to: &large)
    large.subgraphs[0].outputs += [spread, random, broken]
    let folding = try ConstantFolding(of: large)
    #expect(folding.folded == ["\"padded\""])
    #expect(folding.unfolded.map(\.tensor) == ["\"spread\"", "\"broken\""])
    #expect(folding.unfolded[0].because.contains("far more bytes"))
    #expect(folding.model.subgraphs[0].operators.count == 4)
  }

  @Test(
    "Leaves a classifier without foldable operators unchanged")
  func untouched() throws {
    let classifier = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let folding = try ConstantFolding(of: classifier)
    #expect(folding.folded.isEmpty)
    let answers = try Answers()
    let input = (0..<(128 * 128 * 3)).map { UInt8(truncatingIfNeeded: $0 / 200) }
    #expect(try answers.answer(folding.model, to: input) == answers.answer(classifier, to: input))
  }

  @Test("Leaves operators that would crash the runtime")
  func crashing() throws {
    var crashing = Model()
    crashing.buffers = [Buffer()]
    crashing.subgraphs = [SubGraph()]
    let features = add([1, 8], .float32, "features", to: &crashing)
    let ones = Bytes([UInt8](repeating: 1, count: 480_000))
    let floats = add([300, 400], .float32, "floats", contents: ones, to: &crashing)
    let steps = add([4], .int8, "steps", contents: bytes([1, 2, 3, 4] as [Int8]), to: &crashing)
    let small = add([300, 400], .int8, "small", to: &crashing)
    let shares = add([300, 400], .int8, "shares", to: &crashing)
    let sum = add([4], .int8, "sum", to: &crashing)
    add(.reshape, [floats], [small], ReshapeOptions(newShape: [300, 400]).options, to: &crashing)
    add(.softmax, [floats], [shares], SoftmaxOptions(beta: 1).options, to: &crashing)
    add(.add, [steps, steps], [sum], AddOptions().options, to: &crashing)
    crashing.subgraphs[0].inputs = [features]
    crashing.subgraphs[0].outputs = [small, shares, sum]
    #expect(try ConstantFolding(of: crashing).unfolded.count == 3)
  }

  @Test("Folding a damaged model succeeds or throws, but never crashes")
  func damaged() throws {
    let bytes = try model.serialized().bytes()
    let runtime = try Runtime()
    var generator = SeededGenerator(seed: 8)
    var read = 0
    for _ in 0..<300 {
      var damaged = bytes
      Mutation.mutate(&damaged, using: &generator)
      guard let model = try? Model(bytes: Bytes(damaged)) else { continue }
      read += 1
      _ = try? ConstantFolding(of: model, runtime: runtime).model.serialized()
    }
    #expect(read > 20)
  }
}
