import TFLite
import TestMaterial
import Testing
@testable import ModelSurgery

@Suite(
  "Readiness for the Edge TPU's compiler")
struct CompilerReadinessTests {
  private func model(_ name: String = "mobilenet_v1_0.25_128_quant") throws -> Model {
    try Model(contentsOf: Material.model(name))
  }

  /// Returns the readiness of a small model after a change to its subgraph.
  private func changed(_ change: (inout SubGraph) -> Void) throws -> CompilerReadiness {
    var model = try model()
    change(&model.subgraphs[0])
    return CompilerReadiness(of: model)
  }

  @Test(
    "Every operator of Coral's quantised models is mapped, as in the models that Coral compiled",
    arguments: [
      "mobilenet_v1_1.0_224_quant_embedding_extractor", "mobilenet_v2_1.0_224_quant", "mobilenet_v1_0.25_128_quant",
      "mobilenet_v2_1.0_224_inat_insect_quant", "mobilenet_v1_1.0_224_l2norm_quant",
    ])
  func quantised(name: String) throws {
    let readiness = CompilerReadiness(of: try model(name))
    #expect(readiness.isReady && readiness.complaint == "")
    #expect(readiness.remaining == [], "\(readiness.remaining)")
  }

  @Test("Models that are compiled already, or have no subgraph or operator, are refused")
  func unusable() throws {
    let compiled = CompilerReadiness(of: try model("mobilenet_quant_v1_224_feature_layers_edgetpu"))
    #expect(compiled.obstacles == [.alreadyCompiled] && !compiled.isReady)
    #expect(CompilerReadiness(of: Model()).obstacles == [.notOneGraph(0)])
    #expect(try changed { $0.operators = [] }.obstacles == [.noOperators])
  }

  @Test("The report names float tensors; a model with only float tensors is refused")
  func float() throws {
    let all = try changed { graph in
      for index in graph.tensors.indices where graph.tensors[index].type == .uint8 {
        graph.tensors[index].type = .float32
      }
    }
    #expect(!all.isReady && all.mapped == 0)
    #expect(all.complaint.contains("FLOAT32") && all.complaint.contains("\"input\""), "\(all.complaint)")
    let tail = try changed { graph in
      guard let last = graph.outputs.first else { return }
      graph.tensors[Int(last)].type = .float32
    }
    #expect(tail.isReady && tail.remaining.count == 1)
    let name = "\"MobilenetV1/Predictions/Reshape_1\""
    #expect(tail.remaining.first?.obstacle == .notBytes(tensor: name, type: "FLOAT32"))
  }

  @Test("Open shapes, batches and too many dimensions are obstacles")
  func shapes() throws {
    let open = try changed { $0.tensors[Int($0.inputs[0])].shape[1] = -1 }
    #expect(open.obstacles == [.openShape(tensor: "\"input\"", shape: [1, -1, 128, 3])])
    #expect(open.complaint.contains("-1 is known only when the model runs"))
    let batch = try changed { $0.tensors[Int($0.inputs[0])].shape[0] = 4 }
    #expect(batch.mapped == 0 && batch.complaint.contains("4 pictures at once"), "\(batch.complaint)")
    let deep = try changed { $0.tensors[Int($0.inputs[0])].shape = [1, 2, 128, 128, 3] }
    #expect(deep.remaining.first?.obstacle == .manyDimensions(tensor: "\"input\"", shape: [1, 2, 128, 128, 3]))
  }

  @Test("Computed weights, missing scales, fused activations and unsupported operators are obstacles")
  func operators() throws {
    let bias = try changed { graph in
      let index = Int(graph.operators[1].inputs[2])
      graph.tensors[index].buffer = 0
    }
    guard case .notConstant(let name)? = bias.remaining.first?.obstacle else {
      Issue.record("\(bias.remaining)")
      return
    }
    #expect(name.contains("bias") && bias.mapped == 1)
    #expect(bias.remaining.dropFirst().allSatisfy { $0.obstacle == .behindAnother })
    let scale = try changed { $0.tensors[Int($0.inputs[0])].quantization = nil }
    #expect(scale.complaint.contains("\"input\" has no scale"))

    var pool = try model()
    let place = try #require(pool.subgraphs[0].operators.firstIndex { pool.builtinOperator(of: $0) == .averagePool2D })
    try pool.subgraphs[0].operators[place].options?.set("fused_activation_function", to: .integer(1))
    #expect(CompilerReadiness(of: pool).remaining.first?.number == place)

    var custom = try model()
    custom.operatorCodes[Int(custom.subgraphs[0].operators[0].opcodeIndex)] = OperatorCode(custom: "Mine")
    let readiness = CompilerReadiness(of: custom)
    #expect(readiness.remaining.first?.name == "Mine" && readiness.remaining.first?.obstacle == .unsupported)
    #expect(readiness.complaint.contains("the Edge TPU has no such operator"))
  }

  @Test("The base of an adapted classifier is ready; its float head stays on the processor")
  func floatHead() throws {
    var adapted = try Adaptation(of: model()).model(layout: .float, calibration: nil)
    let readiness = CompilerReadiness(of: adapted)
    #expect(readiness.isReady && !readiness.remaining.isEmpty)
    adapted = try adapted.split(at: [adapted.embedding()]).base
    #expect(CompilerReadiness(of: adapted).remaining == [])
  }

  @Test("A compiled model gets the metadata of its source; a model compiled from another source is refused")
  func compiledForm() throws {
    var extractor = try model("mobilenet_v1_1.0_224_quant_embedding_extractor")
    extractor.description = "1001 0.5"
    extractor.setMetadata(named: "imprint.note", to: Bytes([1, 2]))
    let compiled = try model("mobilenet_quant_v1_224_feature_layers_edgetpu")
    let described = try extractor.describing(compiled: compiled)
    #expect(described.description == "1001 0.5" && described.metadata(named: "imprint.note") == Bytes([1, 2]))
    #expect(described.subgraphs == compiled.subgraphs && described.isCompiled)
    #expect(throws: CompiledFormError.nothingCompiled) { try extractor.describing(compiled: extractor) }
    let other = try model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu")
    #expect(throws: CompiledFormError.self) { try extractor.describing(compiled: other) }
  }
}

@Suite("Edge TPU compiler logs")
struct CompilerLogTests {
  private let completeLog = """
    Edge TPU Compiler version 16.0.384591198
    Started a compilation timeout timer of 180 seconds.

    Model compiled successfully in 1520 ms.

    Input model: base.tflite
    Input size: 3.28MiB
    Output model: base_edgetpu.tflite
    Output size: 3.40MiB
    On-chip memory used for caching model parameters: 3.33MiB
    On-chip memory remaining for caching model parameters: 4.39MiB
    Off-chip memory used for streaming uncached model parameters: 0.00B
    Number of Edge TPU subgraphs: 1
    Total number of operations: 31
    Operation log: base_edgetpu.log

    Operator                       Count      Status

    DEPTHWISE_CONV_2D              13         Mapped to Edge TPU
    CONV_2D                        15         Mapped to Edge TPU
    SOFTMAX                        1          More than one subgraph is not supported
    RESHAPE                        2          Operation is otherwise supported, but not mapped due to some unspecified limitation

    Compilation child process completed within timeout period.
    Compilation succeeded!
    """

  @Test("Version, time, memory and the table of operators are parsed")
  func read() {
    let log = CompilerLog(completeLog)
    #expect(log.version == "16.0.384591198" && log.milliseconds == 1520 && log.parts == 1)
    #expect(log.onChipBytes == 3_491_758 && log.freeBytes == 4_603_249 && log.streamedBytes == 0)
    #expect(log.mapped == 28 && log.total == 31)
    #expect(log.operations.map(\.name) == ["DEPTHWISE_CONV_2D", "CONV_2D", "SOFTMAX", "RESHAPE"])
    #expect(log.operations[2].status == "More than one subgraph is not supported")
    #expect(log.complaint == nil)
  }

  @Test("A table repeated in the log file counts once")
  func twice() {
    #expect(CompilerLog(completeLog + "\n" + completeLog).total == 31)
  }

  @Test("Errors in a log are reported without control characters")
  func complaints() {
    let failed = CompilerLog("Edge TPU Compiler version 2.1\n\u{1B}[31mInternal compiler error. Aborting! \n")
    #expect(failed.version == "2.1" && failed.complaint == "[31mInternal compiler error. Aborting! ")
    #expect(CompilerLog("ERROR: Invalid model: base.tflite\nModel not quantized").complaint?.hasPrefix("ERROR") == true)
  }

  @Test(
    "The parser accepts any text",
    arguments: [
      "", "\n\n", "Operator Count Status", "Operator Count Status\nX 99999999999999999999 Mapped to Edge TPU",
      "Operator Count Status\nX -1 Mapped to", "On-chip memory used: 9e400MiB", "Off-chip memory used: MiB",
      "Edge TPU Compiler version", "Model compiled successfully in", "On-chip memory used for x: 99999999999999999GiB",
    ])
  func anything(text: String) {
    let log = CompilerLog(text)
    #expect(log.total == 0 && log.onChipBytes == nil)
  }
}
