import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct RequantizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requantize",
    abstract: "Rewrite a uint8 model as int8, which processors with 8-bit dot products run faster.",
    discussion: """
      Older quantised models, those of the Coral world among them, store a layer's weights as uint8 with one scale. \
      Processors have instructions for int8 weights with one scale a channel. Nearly all weights are carried over \
      exactly, and nothing is measured: no pictures are needed. An Edge TPU model stays as it is.

      EXAMPLES
        imprint model requantize mobilenet_v2_1.0_224_quant.tflite -o mobilenet_v2_int8.tflite
        imprint model requantize mobilenet_v2_1.0_224_quant.tflite --io int8 -o mobilenet_v2_int8.tflite
      """)

  @Argument(help: "The uint8 model, a .tflite file.")
  var model: String

  @Option(name: [.customShort("o"), .long], help: "The model to write.")
  var output: String

  @Option(help: "The bytes that the model takes and gives: \(ByteType.words).")
  var io = ByteType.uint8

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try requantize() }
  }

  private func requantize() throws {
    let output = URL(filePath: output)
    let file = URL(filePath: model)
    try OutputFile.check(output, notReplacing: [file])
    let bytes = try Bytes(mapping: file)
    let requantization = try Requantization(Model(bytes: bytes), interface: io == .int8 ? .signed : .kept)
    guard !requantization.report.isUnchanged else {
      throw ValidationError(
        """
        There is nothing to rewrite in \(file.relativePath): it has no layer of uint8 weights with one scale that runs \
        on a processor. Use the model as it is
        """)
    }
    let serialized = try requantization.model.serialized()
    try serialized.write(to: output)
    let report = RequantizationReport(
      requantization, bytesBefore: bytes.count, bytesAfter: serialized.count, output: output)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}
