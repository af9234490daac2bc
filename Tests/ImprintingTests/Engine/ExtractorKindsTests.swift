import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Extractors of every element type")
struct ExtractorKindsTests {
  /// Returns the uint8 extractor with one more operator appended and another output.
  private func extractor(_ builtin: BuiltinOperator?, _ output: Tensor) throws -> Bytes {
    var model = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let (_, last) = try model.onlyInputAndOutput()
    var output = output
    if output.quantization == nil, output.type == .uint8 {
      output.quantization = model.subgraphs[0].tensor(last)?.quantization
    }
    output.name = "kind"
    model.subgraphs[0].tensors.append(output)
    model.operatorCodes.append(OperatorCode(builtin ?? .reshape, version: builtin == .quantize ? 2 : 1))
    let options = builtin == nil ? ReshapeOptions(newShape: output.shape).options : nil
    model.subgraphs[0].operators.append(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [last],
        outputs: [Int32(model.subgraphs[0].tensors.count - 1)], options: options))
    model.subgraphs[0].outputs = [Int32(model.subgraphs[0].tensors.count - 1)]
    return Bytes(try model.serialized().bytes())
  }

  private func accuracy(of extractor: Bytes) async throws -> Double {
    let reader = try PictureReader(width: 224, height: 224)
    let engine = try ImprintingEngine(bytes: extractor)
    let names = ["daisy", "iris", "pansy", "tigerlily"]
    var tests: [(PixelTensor, Int)] = []
    for (id, name) in names.enumerated() {
      let folder = Material.flowers17.appending(path: name)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      let pictures = try files.prefix(15).map { try reader.read(folder.appending(path: $0)) }
      tests += pictures.prefix(5).map { ($0, id) }
      try await engine.train(Array(pictures.dropFirst(5)), classID: id)
    }
    let classifier = try await engine.classifier()
    var right = 0
    for (picture, id) in tests where try await classifier.classify(picture, topK: 1).classes.first?.id == id {
      right += 1
    }
    return Double(right) / Double(tests.count)
  }

  @Test("Learns from a uint8 embedding of shape [1, D]")
  func flatBytes() async throws {
    let bytes = try extractor(nil, Tensor(shape: [1, 1024], type: .uint8))
    #expect(try await accuracy(of: bytes) >= 0.9)
  }

  @Test("Learns from an int8 embedding, with a float tail")
  func signedBytes() async throws {
    let quantization = QuantizationParameters(scale: 0.023528477, zeroPoint: -128)
    let bytes = try extractor(.quantize, Tensor(shape: [1, 1, 1, 1024], type: .int8, quantization: quantization))
    #expect(try await accuracy(of: bytes) >= 0.9)
    let engine = try ImprintingEngine(bytes: bytes)
    try await engine.train(embedding: Array(repeating: 1 / 32, count: 1024), classID: 0)
    #expect(try ImprintingTail(of: await engine.model()).rowEncoding == .float32)
  }

  @Test("Learns from a float embedding")
  func floats() async throws {
    let bytes = try extractor(.dequantize, Tensor(shape: [1, 1, 1, 1024], type: .float32))
    #expect(try await accuracy(of: bytes) >= 0.9)
  }
}
