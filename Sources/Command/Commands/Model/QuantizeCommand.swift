import ArgumentParser
import Heads
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
    abstract: "Quantise a float model to 8 bits: a quarter of the size and several times as fast.",
    discussion: """
      Runs the float model on 100 to 200 typical pictures to measure the ranges of its activations; labels are not \
      needed. Saved ranges can be used instead of pictures.

      EXAMPLES
        imprint model quantize float.tflite --calibration pictures -o int8.tflite
        imprint model quantize a.tflite --calibration p --save-ranges r -o b.tflite
        imprint model quantize float.tflite --ranges ranges.json -o int8.tflite
      """)

  @Argument(help: "Float model, a .tflite file with one picture as input and one output.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Folder of pictures that are typical for the model.", valueName: "folder"))
  var calibration: String?

  @Option(help: ArgumentHelp("Ranges measured earlier, instead of pictures.", valueName: "file"))
  var ranges: String?

  @Option(help: ArgumentHelp("Save the measured ranges as JSON.", valueName: "file"))
  var saveRanges: String?

  @Option(help: ArgumentHelp("Type of the input.", valueName: "type"))
  var inputType = ByteType.uint8

  @Option(help: ArgumentHelp("Type of the output.", valueName: "type"))
  var outputType = ByteType.uint8

  @Option(
    help: ArgumentHelp("How to fit the pictures to the model's input: \(Resize.values).", valueName: "mode"))
  var resize = Resize.crop

  @OptionGroup var work: ThreadOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (calibration == nil) != (ranges == nil) else {
      throw ValidationError("either --calibration or --ranges is required, and not both")
    }
    guard saveRanges == nil || calibration != nil else {
      throw ValidationError("--save-ranges requires --calibration")
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
    let rangesFile = saveRanges.map { URL(filePath: $0) }
    if let rangesFile {
      try OutputFile.check(rangesFile, notReplacing: sources)
      guard !OutputFile.isSame(rangesFile, output) else {
        throw UsageError("--save-ranges and --output name the same file", remedy: "choose another name for one of them")
      }
    }
    let quantization = try LocatedError.naming(file) { try Quantization(of: Model(contentsOf: file)) }
    let runtime = try Runtime(verbosity: .silent)
    let pictures = try calibration.map { try Terminal.pictures(at: $0) } ?? []
    try OutputFile.check([output] + [rangesFile].compactMap { $0 }, notReplacing: pictures)
    let measured = try await measure(quantization, pictures, runtime)
    let quantized = try quantization.model(ranges: measured, input: inputType, output: outputType)
    // Some of the pictures are enough to compare the models.
    let compared = pictures.enumerated().filter { $0.offset.isMultiple(of: max(1, pictures.count / 100)) }.map(
      \.element)
    let agreement =
      compared.isEmpty
      ? nil
      : try await QuantizationAgreement(
        of: quantization.source, and: quantized, pictures: compared, resize: resize, threads: work.threads,
        runtime: runtime, trial: ModelTrial.run)
    let serialized = try quantized.serialized()
    try rangesFile.map { try measured.write(to: $0) }
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
      pictures: pictures, resize: resize, threads: work.threads, runtime: runtime, trial: ModelTrial.run,
      progress: { done, total in progress.update(total > 0 ? done * pictures.count / total : 0) },
      skipped: { error in
        progress.finish()
        Terminal.warn(error)
      })
  }
}

/// What `model quantize` prints.
struct QuantizationReport: Encodable {
  let operators: Int
  let ranges: Int
  /// The number of pictures that the ranges were measured on.
  let calibrationPictures: Int
  let bytesBefore, bytesAfter: Int
  let input, output: String
  /// How well the quantised model agrees with the float model, if there are pictures.
  let comparedPictures: Int?
  let top1Agreement, embeddingCosine: Double?
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case operators, ranges, calibrationPictures, bytesBefore, bytesAfter, input, output, comparedPictures, top1Agreement
    case embeddingCosine, model
  }

  init(
    _ quantization: Quantization, _ model: Model, _ measured: ActivationRanges, _ agreement: QuantizationAgreement?,
    bytesBefore: Int, bytesAfter: Int, output: URL
  ) {
    let graph = model.mainSubgraph ?? SubGraph()
    let typeName = { (tensors: [Int32]) in tensors.first.flatMap { graph.tensor($0)?.type.name } ?? "" }
    operators = graph.operators.count
    ranges = quantization.activations.count
    calibrationPictures = measured.pictures
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    input = typeName(graph.inputs)
    self.output = typeName(graph.outputs)
    comparedPictures = agreement?.pictures
    top1Agreement = agreement?.sameAnswer
    embeddingCosine = agreement?.cosine
    self.model = output.path
    place = output.relativePath
  }

  var text: String {
    var lines = [
      "Quantised \(operators) operators, with \(ranges) ranges measured on \(calibrationPictures) pictures",
      "Input \(input), output \(output)",
    ]
    if let comparedPictures, let top1Agreement, let embeddingCosine {
      lines.append(
        "Agreement with the float model on \(comparedPictures) pictures: top-1 \(Table.percent(top1Agreement)), "
          + "mean cosine of the embeddings \(Decimals.string(embeddingCosine, places: 4))")
    }
    lines.append("Model  \(place), \(Table.megabytes(bytesAfter)), before \(Table.megabytes(bytesBefore))")
    return lines.joined(separator: "\n")
  }
}
