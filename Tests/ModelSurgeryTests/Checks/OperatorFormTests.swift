import ModelSurgery
import TFLite
import TestMaterial
import Testing

/// Operators on which the runtime's kernels crash, hang or take all memory; found in hostile files.
@Suite("Inputs, outputs and sizes of operators")
struct OperatorFormTests {
  /// A graph of one operator with float tensors, and constants of 32-bit integers where numbers are given.
  private struct Single {
    var op: BuiltinOperator
    var inputs: [Int32]
    var outputs: [Int32]
    var shapes: [[Int32]]
    /// The numbers of constants, by tensor.
    var numbers: [Int: [Int32]] = [:]
    var options: OperatorOptions?

    var model: Model {
      var model = Model()
      model.operatorCodes = [OperatorCode(op)]
      model.buffers = [Buffer()]
      var graph = SubGraph()
      for (place, shape) in shapes.enumerated() {
        var tensor = Tensor(shape: shape, type: .float32)
        if let numbers = numbers[place] {
          tensor = Tensor(shape: shape, type: .int32, buffer: UInt32(model.buffers.count))
          let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
          model.buffers.append(Buffer(Bytes(bytes)))
        }
        graph.tensors.append(tensor)
      }
      graph.inputs = [0]
      graph.outputs = Array(outputs.prefix(1))
      var single = Operator(opcodeIndex: 0, inputs: inputs, outputs: outputs)
      single.options = options
      graph.operators = [single]
      model.subgraphs = [graph]
      return model
    }

    func refusal() -> String? {
      do { try model.checkRunnable() } catch { return error.message }
      return nil
    }
  }

  private static let picture: [Int32] = [1, 8, 8, 3]

  @Test("A program for another device is refused by its name")
  func compiled() throws {
    var model = try SmallExtractor.meanColour()
    var code = OperatorCode(.custom)
    code.customCode = "ethos-u"
    model.operatorCodes[0] = code
    model.subgraphs[0].operators[0].inputs.append(Int32(model.subgraphs[0].tensors.count))
    model.subgraphs[0].tensors.append(Tensor(shape: [16], type: .uint8, name: "scratch"))
    #expect(throws: SurgeryError.compiled("ethos-u", for: "Arm's Ethos-U by Vela")) { try model.checkRunnable() }
  }

  @Test("An operator without one of the inputs that it reads is refused")
  func inputs() {
    let ops: [(BuiltinOperator, [Int32])] = [
      (.logistic, [-1]), (.prelu, [0]), (.leakyRelu, []), (.slice, [0, 0]), (.stridedSlice, [0, 0, 0]),
      (.sub, [0, -1]),
      (.concatenation, [0, -1]), (.concatenation, []), (.splitV, [0, 0]), (.transposeConv, [0, 0]),
    ]
    for (op, inputs) in ops {
      let single = Single(op: op, inputs: inputs, outputs: [1], shapes: [Self.picture, Self.picture])
      #expect(single.refusal()?.contains("it needs") == true, "\(op) \(inputs)")
    }
  }

  @Test("SPLIT makes as many outputs as its options say", arguments: [0, 1, 2, 8])
  func split(count: Int32) throws {
    var options = OperatorOptions(try #require(OptionsKind(name: "SplitOptions")))
    try options.set("num_splits", to: .integer(Int64(count)))
    let single = Single(
      op: .split, inputs: [1, 0], outputs: [2, 3], shapes: [Self.picture, [], Self.picture, Self.picture],
      numbers: [1: [3]], options: options)
    #expect((single.refusal() == nil) == (count == 2), "\(single.refusal() ?? "")")
  }

  @Test("An operator that runs another graph is refused", arguments: ["IF", "WHILE", "CALL"])
  func calls(name: String) throws {
    let number = try #require(BuiltinOperator.names.firstIndex(of: name))
    let single = Single(
      op: BuiltinOperator(rawValue: Int32(number)), inputs: [0], outputs: [1], shapes: [Self.picture, Self.picture])
    #expect(single.refusal()?.contains("runs another graph") == true)
  }

  @Test("PAD, TILE, FILL, RANGE and RESIZE_BILINEAR make what the file says they make, of small numbers or huge ones")
  func sizes() {
    func single(_ op: BuiltinOperator, _ inputs: [Int32], _ made: [Int32], _ numbers: [Int: [Int32]]) -> Single {
      let lengths = (1...3).map { place in
        let count = Int32(numbers[place]?.count ?? 0)
        return op == .range ? [] : op == .pad ? [count / 2, 2] : [count]
      }
      return Single(op: op, inputs: inputs, outputs: [4], shapes: [Self.picture] + lengths + [made], numbers: numbers)
    }
    let pads: [Int32] = [0, 0, 1, 1, 0, 2, 0, 0]
    #expect(single(.pad, [0, 1], [1, 10, 10, 3], [1: pads]).refusal() == nil)
    #expect(single(.tile, [0, 1], [1, 16, 8, 3], [1: [1, 2, 1, 1]]).refusal() == nil)
    #expect(single(.fill, [1, 0], [2, 5], [1: [2, 5]]).refusal() == nil)
    #expect(single(.resizeBilinear, [0, 1], [1, 4, 6, 3], [1: [4, 6]]).refusal() == nil)
    #expect(single(.range, [1, 2, 3], [4], [1: [0], 2: [7], 3: [2]]).refusal() == nil)
    let wrong = [
      single(.pad, [0, 1], Self.picture, [1: pads]),
      single(.pad, [0, 1], Self.picture, [1: [.max, .max, 0, 0, 0, 0, 0, 0]]),
      single(.pad, [0, 1], Self.picture, [1: [-1, 0, 0, 0, 0, 0, 0, 0]]),
      single(.tile, [0, 1], Self.picture, [1: [1, .max, .max, 1]]),
      single(.tile, [0, 1], Self.picture, [1: [-1, 1, 1, 1]]),
      single(.fill, [1, 0], [2, 5], [1: [.max, .max]]),
      single(.resizeBilinear, [0, 1], Self.picture, [1: [30000, 30000]]),
      single(.range, [1, 2, 3], [3], [1: [0], 2: [.max], 3: [1]]),
      single(.range, [1, 2, 3], [3], [1: [.min], 2: [.max], 3: [-1]]),
    ]
    for single in wrong { #expect(single.refusal()?.contains("where the file says") == true, "\(single)") }
  }
}
