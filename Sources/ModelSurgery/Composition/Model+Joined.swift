public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  /// Joins a head to this model, its base: the head's inputs become the base's outputs, and the head's outputs become
  /// the outputs of the joined model.
  ///
  /// Weights and custom operators with their options stay byte for byte the same. Operator codes that both models have
  /// are merged. Tensors of the head whose names the base uses already get a number appended. Outputs of the base that
  /// the head does not read are dropped, with everything that only they need.
  ///
  /// The joined model keeps the base's metadata of inputs, and the head's metadata of outputs, labels, description and
  /// Imprint's notes about classes. Each signature has the base's inputs and the head's outputs.
  ///
  /// - Parameters:
  ///   - head: The head, made for the outputs of this model.
  ///   - match: How the head's inputs are matched with the base's outputs. By default by name if all names match,
  ///     otherwise by position if their numbers are equal.
  ///   - bypassing: Names of outputs of the base that stay outputs of the joined model, after the head's.
  /// - Throws: ``JoinError``; ``SurgeryError`` if a model's data flow is unsound, or it has several subgraphs or
  ///   variables; `TFLiteError` if metadata cannot be written.
  /// - Complexity: O(tensors + operators); no weights are copied.
  public func joined(
    with head: Model, match: TensorMatch? = nil, bypassing: [String] = []
  ) throws -> Model {
    _ = try GraphFlow(of: self)
    _ = try GraphFlow(of: head)
    let seam = try Seam(base: self, head: head, match: match)
    let bypassed = try outputs(named: bypassing)
    var join = Join(base: self)
    join.append(head, replacing: seam.outputs)
    var joined = join.finished(bypassing: bypassed)
    let places = bypassed.compactMap { mainSubgraph?.outputs.firstIndex(of: $0) }
    try joined.describe(asJoinOf: self, and: head, bypassing: places)
    return joined
  }

  private func outputs(named names: [String]) throws(JoinError) -> [Int32] {
    guard let graph = mainSubgraph else { throw .baseWithoutOutput }
    var found: [Int32] = []
    for name in names {
      guard let output = graph.outputs.first(where: { graph.tensor($0)?.name == Text(name) }) else {
        let known = graph.outputs.compactMap { graph.tensor($0)?.name?.string }
        throw .noSuchOutput(name, nearest: NearestNames.to(name, among: known))
      }
      if !found.contains(output) { found.append(output) }
    }
    return found
  }
}

/// How the inputs of a head are matched with the outputs of a base.
public enum TensorMatch: String, Sendable, Hashable, CaseIterable {
  /// By name.
  case name
  /// By position: the first input is the first output, and so on.
  case position
}

/// Why a base and a head cannot be joined.
public struct JoinError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case baseWithoutOutput, headWithoutInput, headWithoutOutput, unmatched, differentCounts, mismatched, noSuchOutput
    case bothExternal
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The base has no output.
  public static let baseWithoutOutput = Self(
    code: .baseWithoutOutput, message: "the base has no output for a head to read", remedy: nil)

  /// The head has no input.
  public static let headWithoutInput = Self(
    code: .headWithoutInput, message: "the head has no input for a base to fill", remedy: nil)

  /// The head has no output.
  public static let headWithoutOutput = Self(
    code: .headWithoutOutput, message: "the head has no output", remedy: nil)

  /// No output of the base has the names of these inputs of the head; `outputs` are the base's.
  public static func unmatched(inputs: [String], outputs: [String]) -> Self {
    let (noun, verb) = inputs.count == 1 ? ("input", "has the name") : ("inputs", "have the names")
    return Self(
      code: .unmatched,
      message: """
        the head's \(noun) \(list(inputs)) \(verb) of no output of the base, whose outputs are \(list(outputs))
        """, remedy: "match them by position if they are in the same order")
  }

  /// The base has another number of outputs than the head has inputs, so that they cannot be matched by position.
  public static func differentCounts(outputs: Int, inputs: Int) -> Self {
    Self(
      code: .differentCounts,
      message: "the base has \(outputs) outputs and the head \(inputs) inputs, which cannot be matched by position",
      remedy: "give matching tensors the same names, or split the base elsewhere")
  }

  /// Matched tensors differ.
  public static func mismatched(_ mismatches: [TensorMismatch]) -> Self {
    var parts = mismatches.prefix(4).map(\.description)
    if mismatches.count > 4 { parts.append("and \(mismatches.count - 4) more") }
    return Self(
      code: .mismatched, message: "base and head do not fit: \(parts.joined(separator: "; "))",
      remedy: "use a head that was made for this base")
  }

  /// No output of the base has the name; `nearest` are similar names.
  public static func noSuchOutput(_ name: String, nearest: [String]) -> Self {
    Self(
      code: .noSuchOutput, message: "the base has no output \"\(name.prefix(256))\"",
      remedy: nearest.isEmpty ? nil : "did you mean \(nearest.map { "\"\($0)\"" }.joined(separator: " or "))?")
  }

  /// Both models keep weights in other files.
  public static let bothExternal = Self(
    code: .bothExternal, message: "both models keep weights in other files, which cannot be joined",
    remedy: "store the weights of one of them in its own file")

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }
}
