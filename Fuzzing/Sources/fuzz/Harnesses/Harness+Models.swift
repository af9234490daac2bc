import Foundation
import Heads
import LiteRT

@testable import Inference
@testable import ModelSurgery
@testable import TFLite

extension Harness {
  /// Reads, verifies and rewrites a model. Every model that is made must be written and read again.
  static let model = Harness("model", longest: 1 << 14, takesModels: true) { input in
    let model = try Model(bytes: Bytes(input))
    guard try isWritten(model, what: "the model that was read", isTheFile: true) else { return }
    _ = ModelSummary(model)
    _ = CompilerReadiness(of: model)
    _ = model.labelFile
    _ = try? model.pictureNormalization
    _ = model.imprintedClasses
    _ = try? model.storedNovelty
    _ = try? PictureInput(of: model)
    _ = try? model.constantResults()
    if let single = model.runnableForm { _ = try isWritten(single, what: "the model for single pictures") }
    if (try? model.checkRunnable()) != nil {
      for interface in [Requantization.Interface.kept, .signed] {
        guard let made = try? Requantization(model, interface: interface) else { continue }
        _ = try isWritten(made.model, what: "the requantised model")
        try agree((try? made.model.checkRunnable()) != nil, "the requantised model cannot be run")
      }
    }
    if let parts = try? model.embedding(), let (base, head) = try? model.split(at: [parts]) {
      _ = try isWritten(base, what: "the base")
      _ = try isWritten(head, what: "the head")
    }
    if let bare = try? model.withoutHead() { _ = try isWritten(bare, what: "the model without its head") }
    if let made = try? Adaptation(of: model).model() { _ = try isWritten(made, what: "the adapted model") }
    if let made = try? Quantization(of: model).probes() {
      for probe in made { _ = try isWritten(probe.model, what: "a probe of the model") }
    }
    var described = model
    if (try? described.describeClassifier(name: "a classifier", labels: ["one", "two"])) != nil {
      _ = try isWritten(described, what: "the described model")
    }
  }

  /// Runs a small model once with the LiteRT runtime, as it is and rewritten as int8, if it runs without a trial in a process
  /// of its own. Nothing that a file holds may end the process.
  static let run = Harness("run", longest: 1 << 13, takesModels: true) { input in
    let model = try Model(bytes: Bytes(input))
    try model.checkRunnable()
    let single = model.runnableForm ?? model
    guard single.unprovenOperators.isEmpty, single.activationBytes <= 1 << 24 else { return }
    _ = try single.onlyInputAndOutput()
    try runOnce(single)
    if let made = try? Requantization(single, interface: .signed), made.report.layers > 0 { try? runOnce(made.model) }
  }

  private static func runOnce(_ model: Model) throws {
    let loaded = try LoadedModel(file: Bytes(model.serialized().bytes()), runtime: runtime.get())
    let compiled = try CompiledModel(loaded, hardware: .cpu(threads: 1))
    try compiled.run(
      fill: { input in for place in input.indices { input[place] = UInt8(truncatingIfNeeded: place &* 37) & 0x3F } },
      read: { _ in })
  }

  private static let runtime = Result { try Runtime() }

  /// Writes a model, and reads what was written. Returns false for a model that is newer than the known schema.
  private static func isWritten(_ model: Model, what: String, isTheFile: Bool = false) throws -> Bool {
    let written: [UInt8]
    do {
      written = try model.serialized().bytes()
    } catch {
      if error.code == .newerThanSchema || !isTheFile { return false }
      throw Disagreement("\(what) cannot be written: \(error)")
    }
    guard let again = try? Model(bytes: Bytes(written)) else { throw Disagreement("\(what) cannot be read again") }
    let rewritten = try? again.serialized().bytes()
    try agree(rewritten == written, "\(what) is written differently the second time")
    return true
  }
}

extension Model {
  /// The bytes of all tensors as the file states them.
  fileprivate var activationBytes: Int {
    subgraphs.flatMap(\.tensors).reduce(0) { sum, tensor in
      let (total, overflow) = sum.addingReportingOverflow(tensor.byteCount ?? 0)
      return overflow ? .max : total
    }
  }
}
