/// What the Edge TPU's compiler says of its work, read from what it prints or writes into its log file.
///
/// The text is for people and differs from version to version: what is not in it is nil or empty here, and nothing of it
/// is relied on.
public struct CompilerLog: Sendable, Hashable {
  /// A line of the table of operators.
  public struct Operation: Sendable, Hashable, Codable {
    /// The operator's name.
    public let name: String
    /// How many of them the line is about.
    public let count: Int
    /// What became of them, in the compiler's words.
    public let status: String

    /// Whether the Edge TPU runs them.
    public var isMapped: Bool { status.hasPrefix("Mapped to") }
  }

  /// The compiler's version, such as `16.0.384591198`.
  public private(set) var version: String?
  /// How long it took.
  public private(set) var milliseconds: Int?
  /// Bytes of parameters that stay in the Edge TPU's memory.
  public private(set) var onChipBytes: Int?
  /// Bytes of that memory that are left over.
  public private(set) var freeBytes: Int?
  /// Bytes of parameters that are sent again at every run.
  public private(set) var streamedBytes: Int?
  /// How many parts of the graph were compiled.
  public private(set) var parts: Int?
  /// The table of operators, in its order.
  public private(set) var operations: [Operation] = []
  /// The first line in which it complains.
  public private(set) var complaint: String?

  /// How many operators the Edge TPU runs, by the table.
  public var mapped: Int { operations.reduce(0) { $0 + ($1.isMapped ? $1.count : 0) } }
  /// How many operators there are, by the table.
  public var total: Int { operations.reduce(0) { $0 + $1.count } }

  /// Reads a text; what it does not know it passes over.
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

  /// A size such as `3.33MiB`.
  private static func bytes(_ text: Substring) -> Int? {
    let text = text.filter { !$0.isWhitespace }
    let number = text.prefix { $0.isNumber || $0 == "." }
    let factors: [String: Double] = ["B": 1, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824]
    guard let value = Double(number), let factor = factors[String(text.dropFirst(number.count))] else { return nil }
    return Int(exactly: (value * factor).rounded())
  }

  // "Compilation failed" and "Internal compiler error" among them.
  private static let complaints = ["error", "fail", "invalid", "abort", "not quantized", "unsupported"]
}
