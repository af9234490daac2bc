public import TFLite

/// Models as the Edge TPU's compiler writes them.
public enum EdgeTPUModel {
  /// Returns the compiled form of a model with one input and one output: one operator that only the device can run.
  public static func of(_ model: Model, programBytes: Int = 4096) -> Model {
    let graph = model.subgraphs[0]
    var ends = [graph.tensors[Int(graph.outputs[0])], graph.tensors[Int(graph.inputs[0])]]
    for place in ends.indices { ends[place].buffer = 0 }
    var op = Operator(opcodeIndex: 0, inputs: [1], outputs: [0])
    op.customOptions = Bytes(Array(repeating: 7, count: programBytes))
    var compiled = Model()
    compiled.version = 3
    compiled.description = "Exported from Subgraph."
    compiled.buffers = [Buffer()]
    compiled.operatorCodes = [OperatorCode(custom: "edgetpu-custom-op")]
    compiled.subgraphs = [SubGraph()]
    compiled.subgraphs[0].tensors = ends
    compiled.subgraphs[0].inputs = [1]
    compiled.subgraphs[0].outputs = [0]
    compiled.subgraphs[0].operators = [op]
    return compiled
  }
}
