import Foundation
import TestMaterial
import Testing

@testable import TFLite

@Suite("Reading a model and writing it again")
struct RoundTripTests {
  private static let hasPython = Python.isPresent

  @Test(
    "Keeps every value that LiteRT's schema reads", .enabled(if: hasPython, Comment(rawValue: Python.need)),
    arguments: Material.models)
  func losesNothing(model file: URL) throws {
    let folder = try TemporaryFolder()
    let copy = folder.appending("copy.tflite")
    try Model(contentsOf: file).serialized().write(to: copy)
    let compared = try Python.run(Scripts.compare, [file.path, copy.path])
    #expect(try #require(Int(compared.trimmingCharacters(in: .whitespacesAndNewlines))) > 50)
  }

  @Test("Gives the same value and the same bytes", arguments: Material.models)
  func isStable(model file: URL) throws {
    let model = try Model(contentsOf: file)
    let written = try model.serialized()
    let reread = try Model(bytes: Bytes(written.bytes()))
    #expect(written.count == written.bytes().count)
    #expect(try reread.serialized().bytes() == written.bytes())
    let isSame = reread == model
    #expect(isSame)
  }

  @Test("References the weights and does not copy them", arguments: Material.models)
  func referencesWeights(model file: URL) throws {
    let bytes = try Bytes(mapping: file)
    let model = try Model(bytes: bytes)
    let data = model.buffers.compactMap(\.data)
    #expect(data.allSatisfy { $0.storage === bytes.storage })
    let pieces = try model.serialized().pieces
    let copied = pieces.filter { $0.storage !== bytes.storage }.reduce(0) { $0 + $1.count }
    #expect(copied < 64 << 10)
  }

  @Test("Aligns the weights to 16 bytes", arguments: Material.models)
  func alignsWeights(model file: URL) throws {
    let bytes = try Bytes(Model(contentsOf: file).serialized().bytes())
    let model = try Model(bytes: bytes)
    for data in model.buffers.compactMap(\.data) { #expect(data.offset % 16 == 0) }
  }

  @Test(
    "Gives bit-identical results", .enabled(if: hasPython, Comment(rawValue: Python.need)),
    arguments: Material.models.filter { !$0.path.contains("edgetpu") && !$0.path.contains("error") })
  func computesTheSame(model file: URL) throws {
    let folder = try TemporaryFolder()
    let copy = folder.appending("copy.tflite")
    var model = try Model(contentsOf: file)
    try model.serialized().write(to: copy)
    _ = try Python.run(Scripts.run, [file.path, copy.path])

    for index in model.buffers.indices where model.buffers[index].data != nil {
      model.buffers[index].isOutOfLine = true
    }
    try model.serialized().write(to: copy)
    _ = try Python.run(Scripts.run, [file.path, copy.path])
  }

  @Test("Reads the known content of a model")
  func readsKnownModel() throws {
    let model = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_l2norm_quant"))
    let graph = try #require(model.subgraphs.first)
    let names = graph.operators.suffix(5).map { model.builtinOperator(of: $0)?.name }
    #expect(names == ["L2_NORMALIZATION", "CONV_2D", "MUL", "RESHAPE", "SOFTMAX"])
    let input = try #require(graph.tensor(graph.inputs[0]))
    #expect(input.shape == [1, 224, 224, 3])
    #expect(input.type == .uint8)
    #expect(input.elementCount == 150_528)
    let output = try #require(graph.tensor(graph.outputs[0]))
    #expect(output.shape == [1, 1001])
    let convolution = try #require(Conv2DOptions(of: graph.operators[graph.operators.count - 4]))
    #expect(convolution.strideWidth == 1)
    #expect(convolution.dilationHeight == 1)
    #expect(graph.tensor(-1) == nil)
    for tensor in graph.tensors {
      guard let data = model.buffer(of: tensor)?.data else { continue }
      #expect(data.count == tensor.byteCount)
    }
  }

  @Test(
    "Reads an operator compiled for the Edge TPU with its options",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func readsCustomOperator() throws {
    let model = try Model(contentsOf: Material.model("mobilenet_quant_v1_224_feature_layers_edgetpu"))
    let op = try #require(model.subgraphs.first?.operators.first)
    #expect(model.builtinOperator(of: op) == .custom)
    #expect(model.operatorCode(of: op)?.customCode == "edgetpu-custom-op")
    #expect((op.customOptions?.count ?? 0) > 3_000_000)
  }
}
