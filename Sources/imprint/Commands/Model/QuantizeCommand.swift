import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct QuantizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Store a float model in bytes: a quarter of the size, and several times as fast.",
    discussion: """
      The float model runs on the calibration pictures, one or two hundred of the kind that it is for, to see between \
      which numbers its layers' results lie. No labels are needed. What was seen can be saved and used again where there \
      are no pictures.

      EXAMPLES
        imprint model quantize lite0.tflite --calibration pictures -o lite0-int8.tflite
        imprint model quantize lite0.tflite --calibration pictures --save-ranges lite0.json -o lite0-int8.tflite
        imprint model quantize lite0.tflite --ranges lite0.json -o lite0-int8.tflite
      """)

  @Argument(help: "The float model, a .tflite file with a picture in and one output.")
  var model: String

  @Option(name: [.customShort("o"), .long], help: "The model to write.")
  var output: String

  @Option(help: "A folder of pictures of the kind that the model is for.")
  var calibration: String?

  @Option(help: "Ranges that were measured before, instead of pictures.")
  var ranges: String?

  @Option(help: "Where to keep the ranges that are measured, as JSON.")
  var saveRanges: String?

  @Option(help: "The bytes that the model takes: \(ByteType.words).")
  var inputType = ByteType.uint8

  @Option(help: "The bytes that the model gives: \(ByteType.words).")
  var outputType = ByteType.uint8

  @Option(help: "How the pictures are brought to the model's size: \(Resize.words).")
  var resize = Resize.crop

  @OptionGroup var work: ThreadOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (calibration == nil) != (ranges == nil) else {
      throw ValidationError("Give either --calibration with a folder of pictures, or --ranges with what was measured.")
    }
    guard saveRanges == nil || calibration != nil else {
      throw ValidationError("--save-ranges goes with --calibration: there is nothing new to save.")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await quantize() }
  }

  private func quantize() async throws {
    let output = URL(filePath: output)
    let file = URL(filePath: model)
    let sources = [file] + (ranges.map { [URL(filePath: $0)] } ?? [])
    try OutputFile.check(output, notReplacing: sources)
    let kept = saveRanges.map { URL(filePath: $0) }
    if let kept {
      try OutputFile.check(kept, notReplacing: sources)
      guard !OutputFile.isSame(kept, output) else {
        throw ValidationError("--save-ranges and --output name the same file: choose another name for one")
      }
    }
    let quantization = try Quantization(of: Model(contentsOf: file))
    let runtime = try Runtime(verbosity: .silent)
    let pictures = try calibration.map { try PictureFiles.pictures(at: URL(filePath: $0)) } ?? []
    let measured = try await measure(quantization, pictures, runtime)
    let quantized = try quantization.model(ranges: measured, input: inputType, output: outputType)
    // Pictures that tell how alike both models are: a share of those that were measured does.
    let asked = pictures.enumerated().filter { $0.offset.isMultiple(of: max(1, pictures.count / 100)) }.map(\.element)
    let agreement =
      asked.isEmpty
      ? nil
      : try await QuantizationAgreement(
        of: quantization.source, and: quantized, pictures: asked, resize: resize, threads: work.threads,
        runtime: runtime)
    let serialized = try quantized.serialized()
    try kept.map { try measured.write(to: $0) }
    try serialized.write(to: output)
    let report = try QuantizationReport(
      quantization, quantized, measured, agreement, bytesBefore: quantization.source.serialized().count,
      bytesAfter: serialized.count, output: output)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  private func measure(
    _ quantization: Quantization, _ pictures: [URL], _ runtime: Runtime
  ) async throws -> ActivationRanges {
    if let ranges { return try ActivationRanges(contentsOf: URL(filePath: ranges)) }
    let progress = Progress(total: pictures.count)
    defer { progress.finish() }
    return try await quantization.ranges(
      pictures: pictures, resize: resize, threads: work.threads, runtime: runtime,
      progress: { done, total in progress.update(total > 0 ? done * pictures.count / total : 0) },
      skipped: { error in
        progress.finish()
        Terminal.warn("\(error)")
      })
  }
}

extension ByteType: ExpressibleByArgument {
  static var words: String { allCases.map(\.rawValue).joined(separator: " or ") }
}

/// What `model quantize` prints.
struct QuantizationReport: Encodable {
  let operators: Int
  let ranges: Int
  /// How many pictures the ranges were measured on.
  let calibrationPictures: Int
  let bytesBefore, bytesAfter: Int
  let input, output: String
  /// How alike both models answer, where there are pictures to tell.
  let comparedPictures: Int?
  let sameAnswer, embeddingCosine: Double?
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case operators, ranges, calibrationPictures, bytesBefore, bytesAfter, input, output, comparedPictures, sameAnswer
    case embeddingCosine, model
  }

  init(
    _ quantization: Quantization, _ model: Model, _ measured: ActivationRanges, _ agreement: QuantizationAgreement?,
    bytesBefore: Int, bytesAfter: Int, output: URL
  ) {
    let graph = model.mainSubgraph ?? SubGraph()
    let words = { (tensors: [Int32]) in tensors.first.flatMap { graph.tensor($0)?.type.name } ?? "" }
    operators = graph.operators.count
    ranges = quantization.activations.count
    calibrationPictures = measured.pictures
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    input = words(graph.inputs)
    self.output = words(graph.outputs)
    comparedPictures = agreement?.pictures
    sameAnswer = agreement?.sameAnswer
    embeddingCosine = agreement?.cosine
    self.model = output.path
    place = output.relativePath
  }

  var text: String {
    var lines = [
      "Quantised \(operators) operators, with \(ranges) ranges measured on \(calibrationPictures) pictures",
      "It takes \(input) and gives \(output)",
    ]
    if let comparedPictures, let sameAnswer, let embeddingCosine {
      lines.append(
        "Beside the float model, on \(comparedPictures) pictures: \(Table.percent(sameAnswer)) the same first answer, "
          + "mean cosine of the embeddings \(Decimals.string(embeddingCosine, places: 4))")
    }
    let megabytes = { (bytes: Int) in Decimals.string(Double(bytes) / 1e6, places: 1) + " MB" }
    lines.append("Model  \(place), \(megabytes(bytesAfter)) of \(megabytes(bytesBefore))")
    return lines.joined(separator: "\n")
  }
}
