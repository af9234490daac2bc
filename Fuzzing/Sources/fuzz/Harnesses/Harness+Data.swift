import Foundation

@testable import Heads
@testable import Inference
@testable import ModelSurgery
@testable import Pictures
@testable import TFLite
@testable import Training

extension Harness {
  /// Reads the input as a model's metadata, and as the files packed after the model.
  static let metadata = Harness("metadata") { input in
    if let metadata = try? ModelMetadata(bytes: Bytes(input)), let written = try? metadata.serialized() {
      let again = try? ModelMetadata(bytes: written)
      try agree((try? again?.serialized()) == written, "metadata differ after writing")
    }
    for isMetadata in [true, false] {
      var model = host
      if isMetadata {
        model.buffers.append(Buffer(Bytes(input)))
        model.metadata = [Metadata(name: "TFLITE_METADATA", buffer: UInt32(model.buffers.count - 1))]
      } else {
        model.trailing = Bytes(input)
      }
      _ = model.labelFile
      _ = model.carriedLabels
      _ = try? model.pictureNormalization
      guard (try? model.describeClassifier(name: "a classifier", labels: ["one", "two"])) != nil else { continue }
      let names = model.carriedLabels?.lines(count: 2)
      try agree(names == ["one", "two"], "labels differ after writing: \(names ?? [])")
    }
  }

  /// A model to which metadata and files are added.
  private static let host: Model = {
    var model = Model()
    model.version = 3
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    model.subgraphs[0].tensors = [
      Tensor(shape: [1, 4, 4, 3], type: .float32, name: "picture"),
      Tensor(shape: [1, 2], type: .float32, name: "scores"),
    ]
    model.subgraphs[0].inputs = [0]
    model.subgraphs[0].outputs = [1]
    return model
  }()

  /// Reads a label file. Labels in Coral's form are read as they were written.
  static let labels = Harness("labels") { input in
    let text = String(decoding: input, as: UTF8.self)
    let labels = Labels(text: text)
    _ = Labels(lines: text)
    for count in [1, labels.names.count, 1000, 1001] { _ = try? FittedLabels(labels, classes: count) }
    _ = try? labels.renaming([String(text.prefix(40))])
    _ = labels.alike(Array(labels.names.values.prefix(3)))
    _ = labels.shared
    if labels.names.keys.sorted().elementsEqual(0..<labels.names.count), labels.names.values.allSatisfy(Labels.isName) {
      try agree(Labels(text: labels.text) == labels, "labels differ after writing")
    }
    _ = try withFile(input) { try Labels(contentsOf: $0) }
  }

  /// Reads TFRecord files: the input as it is, and as the data of one record with right checksums.
  static let records = Harness("records") { input in
    func read(_ bytes: [UInt8]) throws {
      let index = try withFile(bytes) { try RecordIndex(RecordFile($0), classes: 1000) }
      for entry in index.entries {
        try agree(entry.picture.upperBound <= bytes.count, "a picture lies outside its file")
      }
    }
    try? read(input)
    let length = littleEndian(UInt64(input.count))
    func masked(_ bytes: [UInt8]) -> [UInt8] { littleEndian(CRC32C(of: Bytes(bytes)).masked) }
    try read(length + masked(length) + input + masked(input))
  }

  /// Reads a file of embeddings: the input as it is, and with a right digest at its end; also as cached embeddings.
  static let embeddings = Harness("embeddings") { input in
    _ = try? EmbeddingSet(Bytes(input), path: "a file")
    let sealed = Bytes(try [Bytes(input)].sealed.flatMap { Array($0) })
    let space = EmbeddingSpace(
      extractor: "cafe", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: 4, element: .uint8,
      zeroPoint: 0, isNonNegative: true)
    if let cached = CachedEmbeddings(sealed, space: space) {
      try agree(cached.entries.count == cached.order.count, "cached embeddings and their order differ")
    }
    let set = try EmbeddingSet(sealed, path: "a file")
    guard let pieces = try? set.pieces() else { return }
    let again = try? EmbeddingSet(Bytes(pieces.flatMap { Array($0) }), path: "a file")
    try agree(again != nil, "an embedding set cannot be read again")
    _ = try? set.pooledMoments()
  }

  /// Reads a list of pictures and labels. What was read is written and read again.
  static let lists = Harness("lists") { input in
    let pictures = try withFile(input) { try LabelledPictures(list: $0) }
    // A picture may be listed by two paths, with two labels: what is written then is refused.
    let all = pictures.classes.flatMap { known in Set(known.pictures.map(\.path)) }
    guard Set(all).count == all.count else { return }
    let written = LabelledPictures.list(of: pictures.classes)
    let again = try? withFile(Array(written.utf8)) { try LabelledPictures(list: $0) }
    // Sets: what is written has absolute paths, which have another order.
    let names = { (pictures: LabelledPictures) in pictures.classes.map { Set($0.pictures.map(\.path)) } }
    try agree(again.map(names) == names(pictures), "a list differs after writing")
  }
}
