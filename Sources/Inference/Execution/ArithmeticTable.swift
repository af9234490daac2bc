public import Heads
public import LiteRT

/// The arithmetic in which models of uint8 run fastest, by the instructions of the processor.
///
/// The table was measured once and never changes at run time: the same machine computes the same embeddings every day. A model
/// without layers of uint8 has one form only, and runs as it is.
public enum ArithmeticTable {
  /// What was measured for one kind of instructions.
  public struct Row: Sendable, Hashable, Codable {
    /// The instructions.
    public let instructions: Processor.Instructions
    /// The times of one inference; empty where nothing was measured.
    public let times: [Time]
    /// The arithmetic that is faster.
    public let choice: Arithmetic
  }

  /// The times of one inference of a model in milliseconds, on one thread.
  public struct Time: Sendable, Hashable, Codable {
    /// The model.
    public let model: String
    /// As the file says, and rewritten as int8.
    public let exact, int8: Double

    /// exact / int8.
    public var gain: Double { exact / int8 }
  }

  /// Where and how the times were measured.
  public static let origin = """
    Measured on 29 November 2026 with LiteRT 2.3.0 on an AMD EPYC, one thread, in milliseconds for one inference; the \
    runtime saw the instructions of the row and no wider ones (Python/benchmarks/instructions.py).
    """

  /// The rows, one for each kind of instructions.
  public static let rows: [Row] = [
    row(.avx512VNNI, (10.5, 4.5), (7.4, 3.7)),
    row(.avxVNNI, choice: .int8),
    row(.avx512, (10.5, 10.1), (7.3, 7.1)),
    row(.avx2, (19.9, 12.7), (12.1, 8.7)),
    row(.avx, (23.7, 21.7), (16.0, 14.2)),
    row(.sse41, (23.6, 21.8), (15.7, 14.5)),
    row(.dotProducts, choice: .int8),
    row(.neon, choice: .exact),
    row(.other, choice: .exact),
  ]

  /// The least mean gain for which a model is rewritten: less cannot be told from none.
  private static let leastGain = 1.03

  /// Returns the row of a processor.
  public static func row(for processor: Processor) -> Row {
    rows.first { $0.instructions == processor.instructions } ?? row(.other, choice: .exact)
  }

  private static func row(
    _ instructions: Processor.Instructions, _ first: (exact: Double, int8: Double),
    _ second: (exact: Double, int8: Double)
  ) -> Row {
    let times = [
      Time(model: "MobileNet v1", exact: first.exact, int8: first.int8),
      Time(model: "MobileNet v2", exact: second.exact, int8: second.int8),
    ]
    let gain = times.map(\.gain).reduce(0, +) / Double(times.count)
    return Row(instructions: instructions, times: times, choice: gain < leastGain ? .exact : .int8)
  }

  private static func row(_ instructions: Processor.Instructions, choice: Arithmetic) -> Row {
    Row(instructions: instructions, times: [], choice: choice)
  }
}
