import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Requantisation")
struct RequantizationTests {
  @Test("Inputs and outputs stay uint8 with a QUANTIZE each, or become int8")
  func ends() throws {
    let model = UnsignedGraph().model
    let unsigned = try Requantization(model).model.subgraphs[0]
    #expect(unsigned.inputs == [0] && unsigned.outputs == [3])
    #expect(
      unsigned.tensors[0] == model.subgraphs[0].tensors[0] && unsigned.tensors[3] == model.subgraphs[0].tensors[3])
    #expect(unsigned.operators.count == 3)

    let signed = try Requantization(model, interface: .signed)
    let graph = signed.model.subgraphs[0]
    #expect(graph.operators.count == 1 && graph.tensors[0].type == .int8)
    #expect(graph.tensors[0].quantization?.zeroPoint == [-8] && graph.tensors[0].quantization?.scale == [0.05])
    #expect(graph.tensors[1].quantization?.scale == Array(repeating: 1, count: 8))
    #expect(signed.model.operatorCodes.map(\.version) == [3])
    #expect(signed.report.exactChannels == 8)
    #expect(try Requantization(signed.model).report.isUnchanged)
  }

  @Test("A channel that int8 cannot hold exactly gets its own scale")
  func rounding() throws {
    var model = UnsignedGraph().model
    var weights = [UInt8](repeating: 0, count: 64)
    weights[0] = 254
    weights[1] = 100
    model.subgraphs[0].tensors[1].quantization?.zeroPoint = [0]
    model.buffers[1] = Buffer(Bytes(weights))
    model.buffers[2] = Buffer(Bytes([200, 0, 0, 0, 200] + Array(repeating: 0, count: 27)))
    let made = try Requantization(model)
    let graph = made.model.subgraphs[0]
    #expect(made.report.exactChannels == 7 && made.report.channels == 8)
    #expect(graph.tensors[1].quantization?.scale.prefix(2) == [2, 1])
    #expect(made.model.buffers[1].data?.prefix(3).elementsEqual([127, 50, 0]) == true)
    #expect(made.model.buffers[2].data?.prefix(5).elementsEqual([100, 0, 0, 0, 200]) == true)
  }

  @Test("Weights shared by layers, and constants that are outputs too, stay unchanged for other readers")
  func shared() throws {
    var builder = UnsignedGraph()
    let second = builder.tensor("second", [1, 6, 6, 8])
    builder.add(.conv2D, [3, 1, 2], [second], Conv2DOptions().options)
    var model = builder.model
    model.subgraphs[0].outputs = [second, 1]
    let made = try Requantization(model).model
    try made.checkRunnable()
    #expect(made.subgraphs[0].outputs.count == 2)
    let weights = try #require(made.subgraphs[0].tensor(made.subgraphs[0].outputs[1]))
    #expect(weights.type == .uint8 && made.constant(weights) == model.buffers[1].data)
  }

  @Test("Operators with invalid scales stay unchanged", arguments: [0 as Float, -1, .nan, .infinity])
  func senseless(scale: Float) throws {
    for tensor in [0, 1, 3] {
      var model = UnsignedGraph().model
      model.subgraphs[0].tensors[tensor].quantization?.scale = [scale]
      #expect(try Requantization(model).model == model)
      model.subgraphs[0].tensors[tensor].quantization = nil
      #expect(try Requantization(model, interface: .signed).model == model)
    }
  }

  @Test("Operators with per-channel uint8 quantisation stay unchanged; more zero points than scales are refused")
  func zeroPoints() throws {
    for tensor in [0, 1, 3] {
      var model = UnsignedGraph().model
      model.subgraphs[0].tensors[tensor].quantization?.zeroPoint = [100, 100]
      #expect(throws: SurgeryError.self) { try Requantization(model, interface: .signed) }
      model.subgraphs[0].tensors[tensor].quantization?.scale = [1, 1]
      #expect(try Requantization(model, interface: .signed).model == model)
    }
    var model = UnsignedGraph().model
    for tensor in [0, 3] { model.subgraphs[0].tensors[tensor].quantization?.zeroPoint = [] }
    let graph = try Requantization(model, interface: .signed).model.subgraphs[0]
    for tensor in [0, 3] { #expect(graph.tensors[tensor].quantization?.zeroPoint == [-128]) }
  }

  @Test("A layer whose bias has another type stays unchanged; one of another size is refused")
  func biases() throws {
    for type in [TensorType.float32, .uint32] {
      var model = UnsignedGraph().model
      model.subgraphs[0].tensors[2].type = type
      #expect(try Requantization(model).report.isUnchanged)
    }
    var model = UnsignedGraph().model
    model.subgraphs[0].tensors[2].shape = [7]
    model.buffers[2] = Buffer(Bytes(Array(repeating: 0, count: 28)))
    #expect(throws: SurgeryError.self) { try Requantization(model) }
    model.subgraphs[0].operators[0].inputs[2] = 0
    #expect(throws: SurgeryError.self) { try Requantization(model) }
  }

  @Test("Constants of the wrong size and zero points outside 8 bits are refused")
  func sizes() throws {
    for (buffer, count) in [(1, 63), (1, 65), (1, 1), (2, 31)] {
      var model = UnsignedGraph().model
      model.buffers[buffer] = Buffer(Bytes(Array(repeating: 0, count: count)))
      #expect(throws: SurgeryError.self) { try Requantization(model) }
    }
    for zeroPoint in [-1, 256, .min, .max] as [Int64] {
      var model = UnsignedGraph().model
      model.subgraphs[0].tensors[1].quantization?.zeroPoint = [zeroPoint]
      #expect(throws: SurgeryError.self) { try Requantization(model) }
    }
  }

  @Test("Tensors without elements never cause a crash", arguments: [Requantization.Interface.kept, .signed])
  func empty(interface: Requantization.Interface) throws {
    for shape in [[0, 6, 6, 8], [1, 0, 0, 8], [0], []] as [[Int32]] {
      for tensor in [0, 3] {
        var model = UnsignedGraph().model
        model.subgraphs[0].tensors[tensor].shape = shape
        let made = try? Requantization(model, interface: interface)
        #expect(made.map { (try? $0.model.serialized()) != nil } ?? true)
      }
    }
    for shape in [[0, 1, 1, 8], [8, 1, 1, 0], [0], []] as [[Int32]] {
      var model = UnsignedGraph().model
      model.subgraphs[0].tensors[1].shape = shape
      model.buffers[1] = Buffer(Bytes())
      let made = try? Requantization(model, interface: interface)
      #expect(made?.report.isUnchanged ?? true)
    }
  }

  @Test("Concatenated tensors are converted to the result's scale, each once")
  func rescaling() throws {
    var builder = UnsignedGraph()
    let second = builder.tensor("second", [1, 6, 6, 8], scale: 0.1)
    builder.add(.quantize, [3], [second])
    let both = builder.tensor("both", [1, 6, 6, 32], scale: 0.1)
    builder.add(.concatenation, [3, second, 3, 3], [both], ConcatenationOptions(axis: 3).options)
    let made = try Requantization(builder.model, interface: .signed)
    #expect(made.report.conversions == 1 && made.report.left.isEmpty)
    let graph = made.model.subgraphs[0]
    let inputs = try #require(graph.operators.last).inputs
    #expect(inputs[0] == inputs[2] && inputs[0] == inputs[3] && inputs[0] != 3 && inputs[1] == second)
    #expect(inputs.allSatisfy { graph.tensor($0)?.quantization == graph.tensor(both)?.quantization })
    #expect(try Requantization(made.model).report.isUnchanged)
  }

  @Test("A model with several subgraphs stays unchanged")
  func graphs() throws {
    var model = UnsignedGraph().model
    model.subgraphs.append(model.subgraphs[0])
    #expect(try Requantization(model).report.isUnchanged)
  }

  @Test("Damaged models never crash requantisation")
  func damage() throws {
    var builder = UnsignedGraph()
    let sum = builder.tensor("sum", [1, 6, 6, 8], scale: 0.1)
    builder.add(.add, [3, 0], [sum], AddOptions().options)
    let both = builder.tensor("both", [1, 6, 6, 16])
    builder.add(.concatenation, [3, sum], [both], ConcatenationOptions(axis: 3).options)
    let whole = try builder.model.serialized().bytes()
    var generator = SeededGenerator(seed: 5)
    var rewritten = 0
    for _ in 0..<4000 {
      var bytes = whole
      Mutation.mutate(&bytes, using: &generator)
      guard let model = try? Model(bytes: Bytes(bytes)) else { continue }
      for interface in [Requantization.Interface.kept, .signed] {
        guard let made = try? Requantization(model, interface: interface), !made.report.isUnchanged else { continue }
        rewritten += 1
        _ = try? made.model.serialized()
      }
    }
    #expect(rewritten > 100)
  }

  @Test(
    "Nearly every channel of Coral's models is exact",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    arguments: [
      ("mobilenet_v1_1.0_224_quant_embedding_extractor", 10907, 10944), ("mobilenet_v1_1.0_224_quant", 11877, 11945),
      ("mobilenet_v2_1.0_224_quant", 17994, 18057), ("mobilenet_v2_1.0_224_inat_insect_quant", 18018, 18078),
      ("mobilenet_v1_1.0_224_l2norm_quant_edgetpu", 0, 0),
    ])
  func material(name: String, exact: Int, channels: Int) throws {
    let model = try Model(contentsOf: Material.model(name))
    let made = try Requantization(model)
    #expect(made.report.exactChannels == exact && made.report.channels == channels)
    #expect(made.report.isUnchanged == (channels == 0))
    #expect(made.model.description == model.description && made.model.signatureDefs == model.signatureDefs)
  }
}
