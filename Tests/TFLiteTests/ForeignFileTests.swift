import Foundation
import TestMaterial
import Testing

@testable import TFLite

@Suite("Files that are no models")
struct ForeignFileTests {
  private static let files: [(bytes: [UInt8], kind: String)] = [
    (Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".utf8), "Git LFS pointer"),
    (Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 30), "ZIP archive"),
    ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "Keras model"),
    (Array("\u{feff}\n <!DOCTYPE html><html>".utf8), "web page"),
    ([0x08, 0x07, 0x12, 0x07] + Array("pytorch".utf8), "ONNX model"),
    ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "gzip"),
    ([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46], "JPEG"),
    (Array("{\"format\": \"layers-model\"}".utf8), "JSON"),
  ]

  @Test("Names what a file is, and says how to get a model from it", arguments: files)
  func named(bytes: [UInt8], kind: String) throws {
    let error = try #require(throws: TFLiteError.self) { try Model(bytes: Bytes(bytes)) }
    #expect(error.code == .notAModel)
    #expect(error.message.contains(kind))
    #expect(error.remedy?.isEmpty == false)
  }

  @Test("Names a file of an unknown kind by its first bytes, and without a remedy")
  func unknown() throws {
    let error = try #require(throws: TFLiteError.self) { try Model(bytes: Bytes(Array("0123TFL2".utf8))) }
    #expect(error.message.contains("\"TFL2\", not \"TFL3\""))
    #expect(error.remedy == nil)
  }

  @Test("Names the file in the error")
  func path() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try Data(Self.files[0].bytes).write(to: file)
    let error = try #require(throws: TFLiteError.self) { try Model(contentsOf: file) }
    #expect(error.message.hasPrefix(file.path))
  }
}
