/// The log of the Edge TPU compiler, parsed from its output or its log file.
///
/// The text is meant for people and differs between versions. Fields that it lacks are nil or empty, and nothing
/// depends on them.
public struct CompilerLog: Sendable, Hashable {
  /// A row of the table of operators.
  public struct Operation: Sendable, Hashable, Codable {
    /// The operator's name.
    public let name: String
    /// The number of operators in the row.
    public let count: Int
    /// Their status, in the compiler's words.
    public let status: String

    /// Whether the Edge TPU runs them.
    public var isMapped: Bool { status.hasPrefix("Mapped to") }
  }

  /// The compiler's version, such as `16.0.384591198`.
  public private(set) var version: String?
  /// The duration of the compilation.
  public private(set) var milliseconds: Int?
  /// The size of the parameters cached in the Edge TPU's memory.
  public private(set) var onChipBytes: Int?
  /// The size of that memory still free.
  public private(set) var freeBytes: Int?
  /// The size of the parameters streamed at every run.
  public private(set) var streamedBytes: Int?
  /// The number of compiled parts of the graph.
  public private(set) var parts: Int?
  /// The table of operators.
  public private(set) var operations: [Operation] = []
  /// The first line that reports a problem.
  public private(set) var complaint: String?

  /// The number of operators that the Edge TPU runs, according to the table.
  public var mapped: Int { operations.reduce(0) { $0 + ($1.isMapped ? $1.count : 0) } }
  /// The number of operators, according to the table.
  public var total: Int { operations.reduce(0) { $0 + $1.count } }

  /// Parses a log; unknown lines are skipped.
  public init(_ text: String) {
    var isTable = false
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.prefix(3) == ["Operator", "Count", "Status"] {
        isTable = operations.isEmpty
      } else if isTable, let operation = Self.operation(words) {
        operations.append(operation)
      } else if !words.isEmpty {
        isTable = false
        read(line, words)
      }
    }
  }

  private mutating func read(_ line: Substring, _ words: [Substring]) {
    let value = line.lastIndex(of: ":").map { line[line.index(after: $0)...] }
    if line.hasPrefix("Edge TPU Compiler version") {
      version = words.last.map { String($0.prefix(40)) }
    } else if line.hasPrefix("Model compiled successfully in"), let place = words.firstIndex(of: "in") {
      milliseconds = words.dropFirst(place + 1).first.flatMap { Int($0) }
    } else if line.hasPrefix("On-chip memory used") {
      onChipBytes = value.flatMap(Self.bytes)
    } else if line.hasPrefix("On-chip memory remaining") {
      freeBytes = value.flatMap(Self.bytes)
    } else if line.hasPrefix("Off-chip memory used") {
      streamedBytes = value.flatMap(Self.bytes)
    } else if line.hasPrefix("Number of Edge TPU subgraphs") {
      parts = words.last.flatMap { Int($0) }
    } else if complaint == nil, Self.complaints.contains(where: { line.lowercased().contains($0) }) {
      complaint = String(line.filter { ($0.asciiValue ?? 32) >= 32 }.prefix(300))
    }
  }

  private static func operation(_ words: [Substring]) -> Operation? {
    guard words.count >= 3, let count = Int(words[1]), (1...1_000_000).contains(count) else { return nil }
    return Operation(
      name: String(words[0].prefix(100)), count: count,
      status: String(words.dropFirst(2).joined(separator: " ").prefix(300)))
  }

  /// Parses a size such as `3.33MiB`.
  private static func bytes(_ text: Substring) -> Int? {
    let text = text.filter { !$0.isWhitespace }
    let number = text.prefix { $0.isNumber || $0 == "." }
    let factors: [String: Double] = ["B": 1, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824]
    guard let value = Double(number), let factor = factors[String(text.dropFirst(number.count))] else { return nil }
    return Int(exactly: (value * factor).rounded())
  }

  // Matches "Compilation failed" and "Internal compiler error", among others.
  private static let complaints = ["error", "fail", "invalid", "abort", "not quantized", "unsupported"]
}
