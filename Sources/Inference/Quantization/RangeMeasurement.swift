import Heads
public import LiteRT
public import ModelSurgery
public import Pictures
import Synchronization
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Quantization {
  /// Measures the ranges of the float model's tensors by running it on typical pictures.
  ///
  /// - Parameters:
  ///   - pictures: The files of typical pictures; one or two hundred are enough.
  ///   - resize: How pictures are resized to the model's input.
  ///   - threads: The number of threads; by default one per core.
  ///   - runtime: The runtime; by default one is opened.
  ///   - trial: Tries models with unusual operators; see ``Execution/trial``.
  ///   - progress: Called after each inference with the number of inferences done, and the total number.
  ///   - skipped: Called with the error of each file that cannot be read.
  /// - Returns: For each tensor the range that gives the least error with 255 steps; see
  ///   `ActivationHistogram/rangeOfLeastError`.
  /// - Throws: ``InferenceError/noPictures`` when no file can be read, `QuantizationError/notFinite(tensor:)`,
  ///   ``InferenceError/noPictureInput(shape:type:)``, `SurgeryError`, `LiteRTError`, and `CancellationError`.
  /// - Complexity: One inference and one pass over all activations per picture, or several of both for models whose
  ///   activations do not fit into memory at once.
  public func ranges(
    pictures: [URL], resize: Resize = .crop, threads: Int? = nil, runtime: Runtime? = nil,
    trial: Execution.ModelTrial? = nil, isolation: isolated (any Actor)? = #isolation,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> ActivationRanges {
    let runtime = try runtime ?? Runtime()
    let probes = try probes()
    var ranges: [String: ActivationRanges.Range] = [:]
    var readable = 0
    for (number, probe) in probes.enumerated() {
      let runner = try ModelRunner(
        model: probe.model, execution: Execution(threads: threads, arithmetic: .exact, runtime: runtime, trial: trial))
      let reader = try ViewReader(width: runner.input.width, height: runner.input.height, resize: resize)
      let parts = probe.parts.map(\.range)
      // Each worker adds to a set of histograms that no other worker uses at the same time.
      let sets = HistogramSets(count: parts.count)
      readable = 0
      try await runner.run(
        .files(pictures), by: reader,
        read: { bytes in sets.add(bytes.bindMemory(to: Float.self), parts: parts) },
        deliver: { index, result in
          switch result {
          case .success: readable += 1
          // Report a file that cannot be read only in the first pass.
          case .failure(let error): if number == 0 { skipped(error) }
          }
          progress(number * pictures.count + index + 1, probes.count * pictures.count)
        })
      guard readable > 0 else { throw InferenceError.noPictures }
      for (part, histogram) in zip(probe.parts, sets.sum()) {
        guard !histogram.holdsNonFinite else {
          throw QuantizationError.notFinite(tensor: "\"\(part.activation.name)\"")
        }
        ranges[part.activation.name] = histogram.rangeOfLeastError
      }
    }
    return ActivationRanges(model: fingerprint, pictures: readable, ranges: ranges)
  }
}

/// Sets of histograms, one for each worker.
private final class HistogramSets: Sendable {
  private let count: Int
  private let idle = Mutex<[[ActivationHistogram]]>([])

  init(count: Int) { self.count = count }

  /// Adds the numbers of each part to the histogram at the part's index.
  func add(_ numbers: UnsafeBufferPointer<Float>, parts: [Range<Int>]) {
    var set = idle.withLock { $0.popLast() } ?? Array(repeating: ActivationHistogram(), count: count)
    for (place, part) in parts.enumerated() where part.upperBound <= numbers.count {
      set[place].add(ActivationHistogram(UnsafeBufferPointer(rebasing: numbers[part])))
    }
    idle.withLock { [set] in $0.append(set) }
  }

  /// Returns the sums over all sets.
  func sum() -> [ActivationHistogram] {
    idle.withLock { sets in
      sets.reduce(into: Array(repeating: ActivationHistogram(), count: count)) { sum, set in
        for place in set.indices { sum[place].add(set[place]) }
      }
    }
  }
}

extension ActivationRanges {
  /// Reads ranges from a JSON file.
  ///
  /// - Throws: `QuantizationError/badRangesFile(path:because:)`.
  public init(contentsOf file: URL) throws(QuantizationError) {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw .badRangesFile(path: file.relativePath, because: "the file cannot be read")
    }
    do {
      self = try JSONDecoder().decode(ActivationRanges.self, from: data)
    } catch {
      throw .badRangesFile(
        path: file.relativePath, because: "it is not JSON of activation ranges")
    }
  }

  /// Writes the ranges as JSON with sorted keys, so that the same ranges always give the same file.
  ///
  /// - Throws: `AtomicFileError` when the file cannot be written; an existing file is then unchanged.
  public func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile(file).write([Bytes(Array(encoder.encode(self)))])
  }
}
