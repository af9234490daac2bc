/// A kind of file that people give in place of a model, recognised by its first bytes.
struct ForeignFile {
  /// What the file is, as in "it is a ZIP archive".
  let kind: String
  /// How to get a model from it.
  let remedy: String

  /// Recognises a file by its first bytes; nil for an unknown kind.
  init?(_ bytes: Bytes) {
    let head = bytes.slice(0..<min(bytes.count, 512)).map { Array($0) } ?? []
    let known = Self.signatures.first { head.starts(with: $0.bytes) }.map { ($0.kind, $0.remedy) }
    guard let (kind, remedy) = known ?? Self.onnx(head) ?? Self.textual(head) else { return nil }
    (self.kind, self.remedy) = (kind, remedy)
  }

  private static let signatures: [(bytes: [UInt8], kind: String, remedy: String)] = [
    (
      Array("PK\u{3}\u{4}".utf8), "a ZIP archive",
      "unpack it and give the .tflite file in it; a .task file holds one or more, a .keras file is converted with TensorFlow"
    ),
    ([0x89, 0x48, 0x44, 0x46], "a Keras model in HDF5", keras),
    ([0x1f, 0x8b], "compressed with gzip", "unpack it with gunzip or tar -xzf"),
    ([0x42, 0x5a, 0x68], "compressed with bzip2", "unpack it with bunzip2 or tar -xjf"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "compressed with xz", "unpack it with unxz or tar -xJf"),
    ([0x37, 0x7a, 0xbc, 0xaf], "a 7z archive", "unpack it and give the .tflite file in it"),
    ([0x80, 0x02], "a Python pickle", "convert the model that it holds to TensorFlow Lite"),
    ([0xff, 0xd8, 0xff], "a JPEG picture", "give a model here, and pictures where pictures are asked for"),
    ([0x89, 0x50, 0x4e, 0x47], "a PNG picture", "give a model here, and pictures where pictures are asked for"),
    ([0x25, 0x50, 0x44, 0x46], "a PDF document", "give the .tflite file"),
  ]

  private static let keras = "convert it with TensorFlow: tf.lite.TFLiteConverter.from_keras_model(model).convert()"

  /// Recognises ONNX: a protocol buffer that begins with its version and the name of the program that wrote it.
  private static func onnx(_ head: [UInt8]) -> (kind: String, remedy: String)? {
    guard head.count > 4, head[0] == 0x08, head[2] == 0x12 else { return nil }
    return ("an ONNX model", "convert it to TensorFlow Lite, for example with onnx2tf")
  }

  private static func textual(_ head: [UInt8]) -> (kind: String, remedy: String)? {
    // A byte order mark, and white space.
    let text = String(decoding: head.drop { [0xef, 0xbb, 0xbf].contains($0) || $0 <= 0x20 }, as: UTF8.self).lowercased()
    if text.hasPrefix("version https://git-lfs.github.com/spec/") {
      return ("a Git LFS pointer, which stands for a file that was not fetched", "run 'git lfs pull' in its repository")
    }
    if ["<!doctype html", "<html", "<head"].contains(where: text.hasPrefix) {
      return ("a web page", "download the file itself; on GitHub, with \"Download raw file\"")
    }
    if text.hasPrefix("<?xml") { return ("an XML document", "download the file itself") }
    if text.hasPrefix("{") { return ("a JSON document", "give the .tflite file beside it") }
    return nil
  }
}
