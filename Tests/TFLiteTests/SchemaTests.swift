import Foundation
import TestMaterial
import Testing

@testable import TFLite

@Suite("Agreement with LiteRT's schema", .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct SchemaTests {
  @Test("A model with every kind of options and every field survives writing and reading", arguments: 0..<12)
  func everythingSurvives(seed: Int) throws {
    let folder = try TemporaryFolder()
    let (original, copy) = (folder.appending("everything.tflite"), folder.appending("copy.tflite"))
    _ = try Python.run(Scripts.everything, [original.path, "\(seed)"])
    let model = try Model(contentsOf: original)

    let operators = model.subgraphs.flatMap(\.operators)
    let kinds = operators.compactMap(\.options?.kind) + operators.compactMap(\.options2?.kind)
    #expect(Set(kinds) == Set(OptionsKind.allKnown))

    let written = try model.serialized()
    try written.write(to: copy)
    let compared = try Python.run(Scripts.compare, [original.path, copy.path])
    #expect(try #require(Int(compared.trimmingCharacters(in: .whitespacesAndNewlines))) > 5000)
    #expect(try Data(contentsOf: copy) == Data(written.bytes()))
    #expect(try Model(contentsOf: copy).serialized().bytes() == written.bytes())
  }

  @Test("Enumerations and kinds have the same names and numbers")
  func namesAgree() throws {
    let ours: [String: [String]] = [
      "TensorType": TensorType.names,
      "DimensionType": DimensionType.names,
      "BuiltinOperator": BuiltinOperator.names,
      "BuiltinOptions": ["NONE"] + OptionsSchema.builtinOptions.map(\.name),
      "BuiltinOptions2": ["NONE"] + OptionsSchema.builtinOptions2.map(\.name),
      "QuantizationDetails": ["NONE", "CustomQuantization", "BlockwiseQuantization", "MultiAxisQuantization"],
      "SparseIndexVector": ["NONE", "Int32Vector", "Uint16Vector", "Uint8Vector"],
      "StablehloPrecisionConfig": OptionsSchema.precisions,
      "StablehloComparisonDirection": OptionsSchema.comparisons,
      "StablehloComparisonType": OptionsSchema.comparisonTypes,
      "RngAlgorithm": OptionsSchema.randomAlgorithms,
      "Padding": Padding.names,
      "ActivationFunctionType": ActivationFunction.names,
      "LSHProjectionType": OptionsSchema.projections,
      "FullyConnectedOptionsWeightsFormat": WeightsFormat.names,
      "LSTMKernelType": OptionsSchema.lstmKernels,
      "CombinerType": OptionsSchema.combiners,
      "MirrorPadMode": OptionsSchema.mirrorings,
      "ReduceWindowFunction": OptionsSchema.windowFunctions,
      "CustomOptionsFormat": CustomOptionsFormat.names,
    ]
    var theirs: [String: [String]] = [:]
    for line in try Python.run(Scripts.enumerations).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      theirs[words[0]] = Array(words.dropFirst())
    }
    #expect(theirs == ours)
  }

  @Test("Fields of options have the same defaults")
  func standardValuesAgree() throws {
    var ours: Set<String> = []
    for kind in OptionsKind.allKnown {
      for field in kind.fields where !(kind == .resizeBilinear && field.name.hasPrefix("new_")) {
        let words = field.name.split(separator: "_")
        let name = ([words[0]] + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }).joined()
        let value =
          switch field.standardValue {
          case .integer(let number)?: "\(number)"
          case .flag(let flag)?: flag ? "True" : "False"
          case .real(let number)?: "\(number)"
          default: "None"
          }
        ours.insert("\(kind) \(name) \(value)")
      }
    }
    #expect(Set(try Python.run(Scripts.standardValues).split(separator: "\n").map(String.init)) == ours)
  }

  @Test("The comparison notices a single changed field")
  func comparisonNotices() throws {
    let folder = try TemporaryFolder()
    let (original, copy) = (folder.appending("everything.tflite"), folder.appending("copy.tflite"))
    _ = try Python.run(Scripts.everything, [original.path, "1"])
    var model = try Model(contentsOf: original)
    model.subgraphs[1].tensors[3].hasRank.toggle()
    try model.serialized().write(to: copy)
    #expect(throws: PythonFailure.self) { try Python.run(Scripts.compare, [original.path, copy.path]) }
  }
}
