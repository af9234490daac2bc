import Foundation
import Heads
import Pictures

@testable import ModelSurgery
@testable import TFLite

/// Small valid inputs for each harness, from which libFuzzer starts.
enum Seeds {
  /// Writes a folder for each harness, with its seeds.
  static func write(to root: URL) throws {
    let all: [(harness: Harness, seeds: [[UInt8]])] = [
      (.model, try models()), (.run, try models()), (.metadata, try metadata()), (.labels, labels),
      (.zip, try archives()), (.pickle, pickles), (.safetensors, states), (.bundle, bundles), (.records, records),
      (.embeddings, try embeddings()), (.lists, lists), (.jpeg, jpegs), (.bitmap, bitmaps), (.vips, pictures),
    ]
    for (harness, seeds) in all {
      let folder = root.appending(path: harness.name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (number, seed) in seeds.enumerated() where seed.count <= harness.longest {
        try Data(seed).write(to: folder.appending(path: "seed-\(number)"))
      }
    }
  }

  private static func models() throws -> [[UInt8]] {
    var models = [SampleModel.model, UnsignedGraph().model]
    for isConvolution in [false, true] {
      models.append(SmallClassifier(isConvolution: isConvolution).model)
      models.append(SmallClassifier(isConvolution: isConvolution, beta: nil, ends: [.logistic]).model)
    }
    models.append(SmallClassifier(activation: .relu6, shapes: [.reshape], ends: []).model)
    let steps = ElementEncoding.uint8(scale: 1 / 128, zeroPoint: 128)
    models += try [SmallExtractor.model(.float32), SmallExtractor.model(steps), SmallExtractor.meanColour()]
    models.append(try Adaptation(of: SmallClassifier().model).model())
    models.append(try Requantization(UnsignedGraph().model).model)
    models += OperatorSeeds.all
    return try models.map { try $0.serialized().bytes() }
  }

  private static func metadata() throws -> [[UInt8]] {
    let files = ["labels.txt": Bytes(Array("one\ntwo\n".utf8)), "readme.txt": Bytes(Array("a text".utf8))]
    return [
      Array(try SampleMetadata.metadata.serialized()), Array(try ModelMetadata().serialized()),
      try ZipArchive.bytes(of: files, at: 0), try ZipArchive.bytes(of: files, at: 200),
    ]
  }

  private static let labels = [
    "0  cat\n1  dog\n", "0:cat\n1:dog\n2:a b\n", "cat\ndog\n\nbird", "1 Euro\n2 Euro\n5 Euro\n",
    "\u{FEFF}0\tgrün\r\n1\t漢字\r\n",
    "3  three\n7  seven\n", "background\ntench\n",
  ].map { Array($0.utf8) }

  private static func archives() throws -> [[UInt8]] {
    let files = [("a.txt", Array("hello".utf8)), ("folder/b", [UInt8](repeating: 7, count: 40))]
    let contents = Dictionary(uniqueKeysWithValues: files.map { ($0.0, Bytes($0.1)) })
    // DEFLATE: "hello hello hello", with fixed and with dynamic codes.
    let fixed: [UInt8] = [0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0x00]
    let dynamic: [UInt8] = [0x05, 0xC0, 0x81, 0x08, 0, 0, 0, 0, 0x20, 0x7F, 0xEB, 0x0B, 0, 0]
    return [
      StateFile.zip(files), StateFile.zip([("packed", fixed)], method: 8), StateFile.zip([]), fixed, dynamic,
      [1, 3, 0, 0xFC, 0xFF, 1, 2, 3], try ZipArchive.bytes(of: contents, at: 0),
      try ZipArchive.bytes(of: contents, at: 9),
    ]
  }

  private static let pickles = [
    PickleWriter.list(["a", "b"]),
    PickleWriter.state {
      $0.text("weight")
      $0.tensor("FloatStorage", key: "0", count: 6, shape: [2, 3], strides: [3, 1])
      $0.text("bias")
      $0.tensor("HalfStorage", key: "1", count: 4, offset: 1, shape: [3], strides: [1])
    },
    PickleWriter.state {
      $0.text("state_dict")
      $0.raw(0x7D, 0x28)
      $0.text("step")
      $0.tensor("LongStorage", key: "0", count: 1, shape: [], strides: [])
      $0.raw(0x75)
    },
  ]

  private static let states: [[UInt8]] = {
    let header = #"{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#
    let half =
      #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"i":{"dtype":"I64","shape":[],"data_offsets":[4,12]}}"#
    let state = pickles[1]
    let storages = [("0", 6, [UInt8](repeating: 0x3F, count: 24)), ("1", 4, [UInt8](repeating: 0x3C, count: 8))]
    return [
      StateFile.safetensors(header, [UInt8](repeating: 0x3F, count: 16)),
      StateFile.safetensors(half, [UInt8](repeating: 1, count: 12)),
      StateFile.zipped(state, storages), StateFile.older(state, storages),
    ]
  }()

  private static let bundles: [[UInt8]] = {
    var writer = BundleWriter()
    writer.add("a/weights", [2, 2], [1, 2, 3, 4])
    writer.add("a/biases", [2], [0.5, 0.25])
    writer.add("b", [], [9])
    let index = writer.files().index
    writer.blockLength = 100
    // The first block of a table with one block: the harness adds the checksums.
    let block = Array(writer.files().index.prefix { _ in true }.dropLast(48))
    return [index, block, Array(SmallCheckpoint.index)]
  }()

  private static let records = [
    RecordWriter.record(RecordWriter.example([1, 2, 3], label: 1, text: "daisy")),
    RecordWriter.example([1, 2, 3], label: 1, text: "daisy"),
    RecordWriter.example([
      ("image/encoded", .bytes([[1, 2], [3]])), ("image/class/label", .unpackedIntegers([1, 2])),
      ("x", .floats([1, 2])),
    ]),
    TensorFlowFile.plain, TensorFlowFile.gzip, TensorFlowFile.zlib,
  ]

  private static func embeddings() throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for element in [EmbeddingSpace.Element.uint8, .float32] {
      for budget in [0, EmbeddingSet.defaultBudget] {
        let space = EmbeddingSpace(
          extractor: "cafe", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: 4, element: element,
          zeroPoint: 0, isNonNegative: true)
        var set = EmbeddingSet(space: space, budget: budget)
        for number in 0..<4 {
          let bytes = (0..<space.byteCount).map { UInt8(truncatingIfNeeded: ($0 + number) * 17 & 0x3F) }
          try set.add(
            EmbeddedPicture(name: "\(number).jpg", embeddings: Bytes(bytes)), to: number < 2 ? "one" : "two")
        }
        let file = FileManager.default.temporaryDirectory.appending(
          path: "imprint-seed-\(UInt64.random(in: 0...(.max)))")
        defer { try? FileManager.default.removeItem(at: file) }
        try set.write(to: file)
        let bytes = [UInt8](try Data(contentsOf: file))
        // With its digest, and without: the harness adds one.
        seeds += [bytes, bytes.dropLast(32)]
      }
    }
    return seeds
  }

  private static let lists = [
    "path,label\na.jpg,one\nb.jpg,two\n", "a.jpg,one\r\n\"b, c.jpg\",\"two \"\"2\"\"\"\r\n", "/tmp/a.jpg,one\n\n",
    "\u{FEFF}path,label\n ä.png , größe \n", "file:///tmp/a.jpg,one\nhttp://x/y.jpg?w=3,two\n",
  ].map { Array($0.utf8) }

  private static let bitmaps: [[UInt8]] = {
    let colour = { (x: Int, y: Int) in [16 * x & 255, 16 * y & 255, 128] }
    var files = [BitmapFile(width: 5, height: 4, colour: colour)]
    for bits in [1, 4, 8] {
      var file = BitmapFile(width: 5, height: 4, bits: bits) { x, y in (x + y) & 1 }
      file.palette = [[0, 0, 0], [255, 200, 100]]
      files.append(file)
      file.headerLength = 12
      file.isTopDown = bits == 8
      if bits != 8 { files.append(file) }
    }
    for (bits, masks) in [(16, [0xF800, 0x07E0, 0x001F] as [UInt32]), (32, [0xFF0000, 0xFF00, 0xFF])] {
      var file = BitmapFile(width: 5, height: 4, bits: bits) { x, y in x * 999 + y }
      file.compression = 3
      file.masks = masks
      files.append(file)
      file.headerLength = 108
      file.isTopDown = true
      files.append(file)
    }
    return files.map(\.bytes)
  }()

  private static let jpegs = [
    Fixture.jpeg, .progressiveJPEG, .greyJPEG, .cmykJPEG,
  ].map(\.bytes)

  private static let pictures = [
    Fixture.png, .greyPNG, .grey16PNG, .rgb16PNG, .rgbaPNG, .palettePNG, .transparentPalettePNG, .exchangedProfilePNG,
    .turnedPNG, .tiff, .bigEndianTIFF, .cmykTIFF, .turnedTIFF, .gif, .animatedGIF, .webP, .rgbaWebP, .avif, .heic,
  ].map(\.bytes)
}

/// A picture file of the tests, as text.
struct Fixture {
  let bytes: [UInt8]

  init(_ base64: String) { bytes = Data(base64Encoded: base64).map(Array.init) ?? [] }
}
