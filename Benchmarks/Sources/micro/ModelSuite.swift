import Benchmark
import Foundation
import ModelSurgery
import TFLite

/// Reading, changing and writing a model file.
struct ModelSuite {
  private let file: URL
  private let model: Model
  private let output: URL

  init(_ material: Material) throws {
    file = material.model
    model = try Model(bytes: Bytes(mapping: file))
    output = material.pictures.appending(path: "written.tflite")
    _ = try model.embedding()
  }

  func suite() -> BenchmarkSuite {
    BenchmarkSuite(name: "model", settings: MinTime(seconds: 0.3)) { suite in
      suite.benchmark("open a file and check it") { _ = try Model(bytes: Bytes(mapping: file)) }
      suite.benchmark("cut at the embedding") { _ = model.cut(at: try model.embedding()) }
      suite.benchmark("rewrite uint8 as int8") { _ = try Requantization(model, interface: .signed) }
      suite.benchmark("serialise to bytes") { _ = try model.serialized().bytes() }
      suite.benchmark("write a file") { try model.serialized().write(to: output) }
    }
  }
}
