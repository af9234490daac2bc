public import TFLite
import ModelSurgery

/// An extractor that passes all checks of its file, and takes more memory than any machine has for a bright picture.
public enum HungryModel {
  /// Returns an extractor of the mean of as many ones as the product of the picture's three mean colours, each to the power of
  /// two.
  public static func model() throws -> Model {
    var model = try SmallExtractor.meanColour(.uint8(scale: 1, zeroPoint: 0))
    var last = try model.onlyInputAndOutput().output
    func tensor(_ name: Text, _ shape: [Int32], _ type: TensorType, _ contents: [UInt8]? = nil) -> Int32 {
      var tensor = Tensor(shape: shape, type: type, name: name)
      if let contents {
        tensor.buffer = UInt32(model.buffers.count)
        model.buffers.append(Buffer(Bytes(contents)))
      }
      model.subgraphs[0].tensors.append(tensor)
      return Int32(model.subgraphs[0].tensors.count - 1)
    }
    func add(_ builtin: BuiltinOperator, _ inputs: [Int32], _ output: Int32) {
      model.operatorCodes.append(OperatorCode(builtin))
      model.subgraphs[0].operators.append(
        Operator(opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: inputs, outputs: [output]))
      last = output
    }
    add(.cast, [last], tensor("numbers", [1, 3], .int32))
    add(.mul, [last, last], tensor("squares", [1, 3], .int32))
    add(.reshape, [last, tensor("three", [1], .int32, [3, 0, 0, 0])], tensor("sizes", [3], .int32))
    add(.fill, [last, tensor("one", [], .float32, [0, 0, 128, 63])], tensor("ones", [1, 1, 1], .float32))
    let axes = tensor("axes", [3], .int32, [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
    add(.sum, [last, axes], tensor("sum", [1], .float32))
    model.subgraphs[0].outputs = [last]
    model.signatureDefs = []
    return model
  }
}
