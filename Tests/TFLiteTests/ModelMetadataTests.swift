import Foundation
import Platform
import TestMaterial
import Testing

@testable import TFLite

@Suite("TensorFlow Lite metadata")
struct ModelMetadataTests {
  private let sample = SampleMetadata.metadata

  /// Reads bytes; metadata that can be read must also survive writing and reading, unless it has newer fields.
  private func checkRoundTrip(_ bytes: [UInt8]) throws(TFLiteError) {
    let metadata: ModelMetadata
    do throws(TFLiteError) { metadata = try ModelMetadata(bytes: Bytes(bytes)) } catch { return }
    let written: Bytes
    do throws(TFLiteError) { written = try metadata.serialized() } catch {
      guard error.code == .newerThanSchema else { throw error }
      return
    }
    #expect(written.count < 50 * bytes.count + 10_000)
    #expect(try ModelMetadata(bytes: written).serialized() == written)
  }

  @Test("Written metadata reads back as the same value, and is written again byte for byte")
  func roundTrip() throws {
    let bytes = try sample.serialized()
    let read = try ModelMetadata(bytes: bytes)
    #expect(read == sample)
    #expect(try read.serialized() == bytes)
    #expect(try ModelMetadata(bytes: ModelMetadata().serialized()) == ModelMetadata())
  }

  @Test(
    "MediaPipe's schema reads the same values, and the metadata that it writes can be read",
    .enabled(if: Python.hasMediaPipe, Comment(rawValue: Python.mediaPipeNeed)))
  func agrees() throws {
    // Loads the schema without the rest of the package.
    let script = """
      import importlib.util, pathlib, sys
      import flatbuffers
      folder = pathlib.Path(importlib.util.find_spec("mediapipe").origin).parent
      file = folder / "tasks/metadata/metadata_schema_py_generated.py"
      spec = importlib.util.spec_from_file_location("schema", file)
      schema = importlib.util.module_from_spec(spec)
      spec.loader.exec_module(schema)
      read = schema.ModelMetadataT.InitFromObj(schema.ModelMetadata.GetRootAs(open(sys.argv[1], "rb").read(), 0))
      graph = read.subgraphMetadata[0]
      picture, scores = graph.inputTensorMetadata[0], graph.outputTensorMetadata[0]
      assert read.description.decode() == "größer\\n漢字" and read.minParserVersion == b"1.1.0"
      assert picture.dimensionNames == [b"batch", b"height", b"", b"channel"]
      assert picture.content.contentProperties.colorSpace == 1
      assert picture.content.contentProperties.defaultSize.height == 240
      assert picture.content.range.max == 3
      assert picture.processUnits[0].options.mean.tolist() == [123.5, 116.25, 103.75]
      assert picture.processUnits[0].options.std.tolist() == [58.5, 57, 57.5]
      assert picture.stats.max == [2.5] and picture.stats.min.tolist() == [-2, -2.25, -1.75]
      assert graph.inputTensorMetadata[1].content.contentProperties.sampleRate == 16000
      assert scores.content.contentProperties.index.tolist() == [1, 0, 3, 2]
      assert scores.content.contentProperties.type == 2 and scores.content.contentProperties.coordinateType == 1
      assert scores.processUnits[0].options.scoreTransformation == 1
      assert scores.processUnits[0].options.defaultScore == 0.25
      assert scores.processUnits[1].options.globalScoreThreshold == 0.5
      labels = scores.associatedFiles[0]
      assert (labels.name, labels.type, labels.locale, labels.version) == (b"labels.txt", 2, b"en-US", b"3")
      assert graph.inputProcessUnits[0].options.vocabFile[0].name == b"words.txt"
      assert graph.inputProcessUnits[1].options.sentencePieceModel[0].name == b"pieces.model"
      assert graph.outputProcessUnits[0].options.delimRegexPattern == b"[^\\\\w]+"
      assert graph.inputTensorGroups[0].tensorNames == [b"image", b"sound"]
      assert graph.customMetadata[0].data.tolist() == [1, 2, 3, 4, 5]
      builder = flatbuffers.Builder(0)
      builder.Finish(read.Pack(builder), file_identifier=b"M001")
      open(sys.argv[2], "wb").write(builder.Output())
      """
    let folder = try TemporaryFolder()
    // MediaPipe's writer cannot write a union without its table.
    var supported = sample
    supported.subgraphs[0].outputs.remove(at: 2)
    supported.subgraphs[0].outputProcessUnits.removeLast()
    try Data(supported.serialized()).write(to: folder.appending("mine"))
    _ = try Python.run(script, [folder.appending("mine").path, folder.appending("theirs").path])
    #expect(try ModelMetadata(bytes: Bytes(mapping: folder.appending("theirs"))) == supported)
  }

  @Test("Bytes that are not metadata are refused, and the error names the metadata entry")
  func refusesOthers() throws {
    for bytes in [[], [1, 2, 3], Array("....TFL3....".utf8), Array("....M001".utf8)] as [[UInt8]] {
      let error = #expect(throws: TFLiteError.self) { try ModelMetadata(bytes: Bytes(bytes)) }
      #expect(error?.description.contains("TFLITE_METADATA") == true)
    }
  }

  @Test("Truncated metadata is refused, or read and written")
  func survivesTruncation() throws {
    let bytes = Array(try sample.serialized())
    for count in bytes.indices { try checkRoundTrip(Array(bytes.prefix(count))) }
  }

  @Test("Metadata with any one byte changed is refused, or read and written", arguments: [0x00, 0x7F, 0xFF])
  func survivesSingleBytes(value: UInt8) throws {
    let bytes = Array(try sample.serialized())
    for index in bytes.indices {
      var changed = bytes
      changed[index] = value
      try checkRoundTrip(changed)
    }
  }

  @Test("Metadata damaged in several places is refused, or read and written", arguments: 0..<4)
  func survivesMutation(seed: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let bytes = Array(try sample.serialized())
    for _ in 0..<1000 {
      var changed = bytes
      Mutation.mutate(&changed, using: &generator)
      try checkRoundTrip(changed)
    }
  }

  @Test("Fields newer than the schema are reported and not written")
  func newer() throws {
    var node = ModelMetadata().node
    node.addStored(9, 7 as UInt32)
    let file = SerializedModel(try FlatBufferWriter.file(of: node, identifier: ModelMetadata.fileIdentifier))
    let read = try ModelMetadata(bytes: Bytes(file.bytes()))
    #expect(read.newerPlaces == ["TFLITE_METADATA.field 9"])
    #expect(throws: TFLiteError.newerThanSchema(field: "TFLITE_METADATA", what: "TFLITE_METADATA.field 9")) {
      try read.serialized()
    }
  }
}
