import ModelSurgery
import TFLite
import TestMaterial
import Testing

/// Checks that every reader of the last layer finds the same one, walking back from the model's output.
@Suite("The last layer")
struct LastLayerTests {
  /// A classifier of the mean colours of a picture of 4x4 pixels, in four classes.
  private struct Network {
    var isConvolution = false
    /// Side of the convolution's kernel.
    var side: Int32 = 1
    var activation = ActivationFunction.none
    /// A multiplication of the logits: its numbers, and whether they are the operator's first input.
    var factors: [Float] = []
    var isFactorFirst = false
    var factorActivation = ActivationFunction.none
    var beta: Float? = 1

    static let weights: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.5, 0]
    static let biases: [Float] = [0.5, -0.5, 0, 2]

    func model() throws -> Model {
      var builder = GraphBuilder()
      let picture = try builder.input("picture", shape: [1, 4, 4, 3])
      var current = try builder.averagePool(
        picture,
        options: Pool2DOptions(padding: .valid, strideWidth: 4, strideHeight: 4, filterWidth: 4, filterHeight: 4),
        name: "features")
      let bias = try builder.constant("biases", #require(WeightTensor(shape: [4], Self.biases)))
      if isConvolution {
        let count = Int(side * side)
        let elements = (0..<4).flatMap { row in
          (0..<count).flatMap { _ in Self.weights[3 * row..<3 * row + 3] }
        }
        let kernel = try builder.constant(
          "weights", #require(WeightTensor(shape: [4, Int(side), Int(side), 3], elements)))
        current = try builder.conv2D(
          current, kernel: kernel, bias: bias, options: Conv2DOptions(padding: .same, activation: activation),
          name: "logits")
        current = try builder.reshape(current, to: [1, 4], name: "row", shapeName: "shape")
      } else {
        current = try builder.reshape(current, to: [1, 3], name: "row", shapeName: "shape")
        let kernel = try builder.constant("weights", #require(WeightTensor(shape: [4, 3], Self.weights)))
        current = try builder.fullyConnected(
          current, weights: kernel, bias: bias, options: FullyConnectedOptions(activation: activation), name: "logits")
      }
      if !factors.isEmpty {
        let factor = try builder.constant("factor", #require(WeightTensor(shape: [factors.count], factors)))
        let options = MulOptions(activation: factorActivation)
        current =
          try isFactorFirst
          ? builder.mul(factor, current, options: options, name: "scaled")
          : builder.mul(current, factor, options: options, name: "scaled")
      }
      if let beta { current = try builder.softmax(current, beta: beta, name: "scores") }
      return builder.finish(with: current)
    }
  }

  private func refusal(_ body: () throws -> Void) -> String {
    let error = #expect(throws: SurgeryError.self) { try body() }
    #expect(error?.code == .cannotAdapt)
    return error?.message ?? ""
  }

  @Test("Every reader finds a plain last layer", arguments: [false, true])
  func plain(isConvolution: Bool) throws {
    let model = try Network(isConvolution: isConvolution).model()
    let base = try BaseClassifier(of: model)
    #expect(base.layout == .linear && base.classCount == 4 && base.dimension == 3 && base.rowsPerClass == 1)
    #expect(try model.embedding() == base.embedding)
    let head = try #require(try ClassifierHead.find(in: model))
    #expect(head.features == base.features && head.weights == Network.weights && head.biases == Network.biases)
  }

  @Test("A layer with a fused activation is refused before a softmax; without one it belongs to the extractor")
  func activation() throws {
    for isConvolution in [false, true] {
      let name = isConvolution ? "CONV_2D" : "FULLY_CONNECTED"
      let model = try Network(isConvolution: isConvolution, activation: .relu6).model()
      #expect(refusal { _ = try ClassifierHead.find(in: model) }.contains("its SOFTMAX follows \(name)"))
      #expect(refusal { _ = try BaseClassifier(of: model) }.contains("its logits come from \(name)"))
      #expect(refusal { _ = try model.embedding() }.contains("its logits come from \(name)"))
      let extractor = try Network(isConvolution: isConvolution, activation: .relu6, beta: nil).model()
      #expect(try ClassifierHead.find(in: extractor) == nil)
      #expect(try extractor.embedding() == extractor.onlyInputAndOutput().output)
      #expect(refusal { _ = try BaseClassifier(of: extractor) }.contains("its logits come from \(name)"))
    }
  }

  @Test(
    "Logits without a softmax are scores where there are fewer than 64, as many as the model has labels, or ImageNet's",
    arguments: [
      (4, nil, true), (63, nil, true), (64, nil, false), (64, 64, true), (64, 63, false), (1001, nil, true),
    ] as [(Int, Int?, Bool)])
  func logits(rows: Int, labels: Int?, isClassifier: Bool) throws {
    var builder = GraphBuilder(extending: try SmallExtractor.meanColour())
    let colour = try builder.tensor(try SmallExtractor.meanColour().onlyInputAndOutput().output)
    let kernel = try builder.constant(
      "kernel", shape: [Int32(rows), 3], encoding: .float32, contents: Bytes(Array(repeating: 0, count: 12 * rows)))
    let bias = try builder.constant(
      "bias", shape: [Int32(rows)], encoding: .float32, contents: Bytes(Array(repeating: 0, count: 4 * rows)))
    let logits = try builder.fullyConnected(colour, weights: kernel, bias: bias, name: "logits")
    var model = builder.finish(with: logits)
    if let labels { try model.describeClassifier(name: "colours", labels: (0..<labels).map { "colour \($0)" }) }
    let output = try model.onlyInputAndOutput().output
    #expect(try model.embedding() == (isClassifier ? BaseClassifier(of: model).embedding : output))
  }

  @Test("A sigmoid makes scores as a softmax does")
  func sigmoid() throws {
    var model = try Network().model()
    let softmax = try #require(model.mainSubgraph?.operators.last)
    model.operatorCodes[Int(softmax.opcodeIndex)] = OperatorCode(.logistic)
    model.subgraphs[0].operators[model.subgraphs[0].operators.count - 1].options = nil
    let base = try BaseClassifier(of: model)
    #expect(base.classCount == 4 && base.beta == 1)
    #expect(try model.embedding() == base.embedding)
    #expect(try Network().model().embedding() == base.embedding)
  }

  @Test("A convolution with a 3x3 kernel is no last layer, even if its input has one position")
  func kernel() throws {
    let model = try Network(isConvolution: true, side: 3).model()
    #expect(refusal { _ = try ClassifierHead.find(in: model) }.contains("its SOFTMAX follows CONV_2D"))
    #expect(refusal { _ = try BaseClassifier(of: model) }.contains("its logits come from CONV_2D"))
    #expect(refusal { _ = try model.embedding() }.contains("its logits come from CONV_2D"))
  }

  @Test("A multiplication by one number, as either input, is part of the last layer", arguments: [false, true])
  func factor(isFirst: Bool) throws {
    let model = try Network(factors: [3], isFactorFirst: isFirst, beta: 2).model()
    let head = try #require(try ClassifierHead.find(in: model))
    #expect(head.weights == Network.weights.map { 6 * $0 } && head.biases == Network.biases.map { 6 * $0 })
    let base = try BaseClassifier(of: model)
    #expect(base.beta == 2 && base.classCount == 4 && base.features == head.features)
    #expect(try model.embedding() == base.embedding)
    #expect(try Adaptation(of: model).head == head)
  }

  @Test("Only BaseClassifier skips a multiplication by a number for each class; neither skips one with an activation")
  func factors() throws {
    let model = try Network(factors: [1, 2, 3, 4]).model()
    #expect(refusal { _ = try ClassifierHead.find(in: model) }.contains("its SOFTMAX follows MUL"))
    #expect(try BaseClassifier(of: model).classCount == 4)
    let activated = try Network(factors: [3], factorActivation: .relu).model()
    #expect(refusal { _ = try ClassifierHead.find(in: activated) }.contains("its SOFTMAX follows MUL"))
    #expect(refusal { _ = try BaseClassifier(of: activated) }.contains("its logits come from MUL"))
  }

  @Test("Every reader refuses several feature vectors, and a softmax factor that is not positive")
  func shapes() throws {
    var wide = try Network().model()
    let row = try #require(wide.subgraphs[0].tensors.firstIndex { $0.name == "row" })
    wide.subgraphs[0].tensors[row].shape = [2, 3]
    let message = "instead of one vector of features and a row of weights for each class"
    #expect(refusal { _ = try ClassifierHead.find(in: wide) }.contains(message))
    #expect(refusal { _ = try BaseClassifier(of: wide) }.contains(message))
    #expect(refusal { _ = try wide.embedding() }.contains(message))
    let negative = try Network(beta: -1).model()
    #expect(refusal { _ = try ClassifierHead.find(in: negative) }.contains("the factor -1.0"))
    #expect(refusal { _ = try BaseClassifier(of: negative) }.contains("the factor -1.0"))
    #expect(refusal { _ = try negative.embedding() }.contains("the factor -1.0"))
  }

  @Test("The rows per class are those of the base classes, even if new classes have fewer")
  func rows() throws {
    let extractor = try SmallExtractor.meanColour()
    let head = { (rows: Int) in
      try LinearHead(
        transform: .plain, dimension: 3, rowsPerClass: rows, weights: Array(repeating: 1, count: 6 * rows),
        biases: Array(repeating: 0, count: 2 * rows))
    }
    let novelty = try NoveltyScore(
      mean: [0, 0, 0], directions: [], shares: [], lambda: 0.5, discriminants: [1, 0, 0, 0, 1, 0], lengths: [1, 1])
    let model = try extractor.appending(head(4)).appending(
      head(1), novelty: novelty, calibration: BaseClassCalibration(offset: 0, slope: 1))
    let base = try BaseClassifier(of: model)
    #expect(base.layout == .kept(base: 2) && base.classCount == 4 && base.rowsPerClass == 4)
    #expect(refusal { _ = try ClassifierHead.find(in: model) }.contains("its SOFTMAX follows CONCATENATION"))
  }
}
