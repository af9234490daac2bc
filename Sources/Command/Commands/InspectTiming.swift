import Heads
import Inference
import LiteRT
import ModelSurgery
import TFLite

/// What `inspect --timing` prints: the arithmetic in which the model runs on this processor, and the table that says so.
struct TimingReport: Encodable {
  struct Row: Encodable {
    let instructions: String
    let milliseconds: [Time]
    let auto: String
  }

  struct Time: Encodable {
    let model: String
    let exact, int8: Double
  }

  /// The widest instructions of this processor.
  let instructions: String
  /// The arithmetic that `auto` chooses for the model on this processor.
  let auto: String
  /// Whether Imprint's own kernels compute its first layers on this processor.
  let kernels: Bool
  /// The number of the model's layers that int8 rewrites.
  let rewritableLayers: Int
  let table: [Row]
  let measured: String

  init(_ model: Model, processor: Processor = .current) throws {
    let execution = Execution(kernels: .wanted, trial: ModelTrial.run)
    kernels = Kernels.Use.wanted.isWanted && (try? ModelRunner(model: model, execution: execution).usesKernels) ?? false
    let requantization = try Requantization(model, interface: .signed)
    rewritableLayers = requantization.report.layers
    instructions = processor.instructions.rawValue
    auto = rewritableLayers > 0 ? ArithmeticTable.row(for: processor).choice.description : "exact"
    measured = ArithmeticTable.origin
    table = ArithmeticTable.rows.map { row in
      Row(
        instructions: row.instructions.rawValue,
        milliseconds: row.times.map { Time(model: $0.model, exact: $0.exact, int8: $0.int8) },
        auto: row.choice.description)
    }
  }

  var text: String {
    let layers = Table.counted(rewritableLayers, "layer", "layers")
    let why = rewritableLayers > 0 ? "\(layers) of uint8 can be rewritten" : "it has no layers of uint8 to rewrite"
    var lines = ["Arithmetic  \(auto) by default on this processor (\(instructions)): \(why)"]
    lines.append(
      "Kernels     "
        + (kernels
          ? "Imprint's own for the first layers, where a picture has one thread: the same bits as the runtime's"
          : "the runtime's own"))
    let models = table.first { !$0.milliseconds.isEmpty }?.milliseconds.map(\.model) ?? []
    lines.append("  " + Table.left("", Self.width) + models.map { Table.left($0, 3 * Self.number + 4) }.joined())
    let titles = models.map { _ in ["exact", "int8", "gain"].map { Table.right($0, Self.number) }.joined() + "    " }
    lines.append("  " + Table.left("instructions", Self.width) + titles.joined() + "auto")
    for row in table {
      let times =
        row.milliseconds.isEmpty
        ? Table.left("    not measured", models.count * (3 * Self.number + 4))
        : row.milliseconds.map { time in
          [
            "\(Decimals.string(time.exact, places: 1)) ms", "\(Decimals.string(time.int8, places: 1)) ms",
            "\(Decimals.string(time.exact / time.int8, places: 2))",
          ].map { Table.right($0, Self.number) }.joined() + "    "
        }.joined()
      let mark = row.instructions == instructions ? "   this processor" : ""
      lines.append("  " + Table.left(row.instructions, Self.width) + times + row.auto + mark)
    }
    return (lines + ["  \(measured)"]).joined(separator: "\n")
  }

  private static let width = 14
  private static let number = 9
}
