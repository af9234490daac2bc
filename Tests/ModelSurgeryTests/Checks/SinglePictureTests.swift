import ModelSurgery
import TFLite
import TestMaterial
import Testing

/// Two forms in which today's exporters write models, and which the runtime refuses or crashes on.
@Suite("Models for single pictures")
struct SinglePictureTests {
  private func signature(inputs: [UInt32], outputs: [UInt32], graph: UInt32 = 0) -> SignatureDef {
    var signature = SignatureDef()
    signature.signatureKey = "serving_default"
    signature.inputs = inputs.map { TensorMap(name: "in", tensorIndex: $0) }
    signature.outputs = outputs.map { TensorMap(name: "out", tensorIndex: $0) }
    signature.subgraphIndex = graph
    return signature
  }

  @Test("A model with fixed shapes and a right signature stays as it is")
  func unchanged() throws {
    var model = try SmallExtractor.meanColour()
    let (input, output) = try model.onlyInputAndOutput()
    model.signatureDefs = [signature(inputs: [UInt32(input)], outputs: [UInt32(output)])]
    #expect(model.forSinglePictures == nil)
    #expect(model.staleSignatures.isEmpty)
  }

  @Test("A batch of -1 becomes 1, whether the shape or only the shape signature says so", arguments: [true, false])
  func batch(isInShape: Bool) throws {
    let fixed = try SmallExtractor.meanColour()
    var model = fixed
    for index in model.subgraphs[0].tensors.indices where model.subgraphs[0].tensors[index].shape.first == 1 {
      let shape = model.subgraphs[0].tensors[index].shape
      model.subgraphs[0].tensors[index].shapeSignature = [-1] + shape.dropFirst()
      if isInShape { model.subgraphs[0].tensors[index].shape[0] = -1 }
    }
    let single = try #require(model.forSinglePictures)
    #expect(single.subgraphs[0].tensors.map(\.shape) == fixed.subgraphs[0].tensors.map(\.shape))
    #expect(single.subgraphs[0].tensors.allSatisfy { $0.shapeSignature.isEmpty })
    #expect(single.forSinglePictures == nil)
  }

  @Test("A signature that names other tensors than the graph's inputs and outputs, or another graph, is left out")
  func staleSignatures() throws {
    var model = try SmallExtractor.meanColour()
    let (input, output) = try model.onlyInputAndOutput()
    let (right, other) = ((UInt32(input), UInt32(output)), UInt32(model.subgraphs[0].tensors.count - 1))
    let stale = [
      signature(inputs: [other], outputs: [right.1]), signature(inputs: [right.0], outputs: [right.0]),
      signature(inputs: [], outputs: [right.1]), signature(inputs: [right.0], outputs: [right.1], graph: 3),
    ]
    let good = signature(inputs: [right.0], outputs: [right.1])
    for signature in stale {
      model.signatureDefs = [signature, good]
      #expect(model.staleSignatures == ["serving_default"])
      #expect(model.forSinglePictures?.signatureDefs == [good])
    }
  }
}
