import Heads
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Layouts of picture inputs")
struct PictureLayoutTests {
  // Four pixels wide and two high; every byte differs.
  private let bytes = (0..<24).map { UInt8(10 * $0) }

  /// Returns the elements of the input tensor that a model gets for the picture.
  private func elements(_ shape: [Int32], _ encoding: ElementEncoding = .uint8(scale: 1, zeroPoint: 0)) async throws
    -> [Float]
  {
    let extractor = try Extractor(model: Self.identity(shape, encoding), execution: .exact)
    #expect(extractor.input.width == 4 && extractor.input.height == 2)
    let picture = try #require(PixelTensor(width: 4, height: 2, pixels: bytes))
    var found: [Float] = []
    try await extractor.embed([picture]) { _, result in
      found = try result.get().embeddings.withUnsafeBytes { encoding.values($0) }
    }
    return found
  }

  /// A model that returns its input.
  private static func identity(_ shape: [Int32], _ encoding: ElementEncoding) throws -> Model {
    var builder = GraphBuilder()
    let input = try builder.input("picture", shape: shape, encoding: encoding)
    return builder.finish(
      with: try builder.reshape(input, to: [1, shape.reduce(1, *)], name: "elements", shapeName: "shape"))
  }

  private var grey: [Float] {
    (0..<8).map { pixel in
      let (red, green, blue) = (Double(bytes[3 * pixel]), Double(bytes[3 * pixel + 1]), Double(bytes[3 * pixel + 2]))
      return Float((0.299 * red + 0.587 * green + 0.114 * blue).rounded())
    }
  }

  @Test(
    "[1, height, width, 3] and [height, width, 3] take the pixels one after the other",
    arguments: [[1, 2, 4, 3], [2, 4, 3]])
  func interleaved(shape: [Int32]) async throws {
    #expect(try await elements(shape) == bytes.map(Float.init))
  }

  @Test(
    "[1, 3, height, width] and [3, height, width] take red, then green, then blue",
    arguments: [[1, 3, 2, 4], [3, 2, 4]])
  func planar(shape: [Int32]) async throws {
    let planes = (0..<3).flatMap { channel in (0..<8).map { Float(bytes[3 * $0 + channel]) } }
    #expect(try await elements(shape) == planes)
    let floats = try await elements(shape, .float32)
    for (found, byte) in zip(floats, planes) { #expect(abs(found - (byte - 127.5) / 127.5) < 1e-6) }
  }

  @Test(
    "One channel takes the picture's luma",
    arguments: [[1, 2, 4, 1], [1, 1, 2, 4], [2, 4, 1], [1, 2, 4], [2, 4]] as [[Int32]])
  func oneChannel(shape: [Int32]) async throws {
    #expect(try await elements(shape) == grey)
    #expect(try await elements(shape, .int8(scale: 1, zeroPoint: -128)) == grey)
    let floats = try await elements(shape, .float32)
    for (found, byte) in zip(floats, grey) { #expect(abs(found - (byte - 127.5) / 127.5) < 1e-6) }
  }

  @Test(
    "Rejects inputs that are no picture",
    arguments: [[1, 24], [24], [1, 2, 4, 2], [2, 2, 4, 3], [1, 1, 2, 4, 3], [1, 3, 0, 4]] as [[Int32]])
  func noPicture(shape: [Int32]) throws {
    var model = try Self.identity([1, 2, 4, 3], .float32)
    let input = try Int(model.onlyInputAndOutput().input)
    model.subgraphs[0].tensors[input].shape = shape
    #expect(throws: InferenceError.noPictureInput(shape: shape, type: "FLOAT32")) { try PictureInput(of: model) }
  }
}
