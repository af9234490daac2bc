import TFLite

extension Model {
  /// What an operator is called that was compiled for an Edge TPU, and stands for many.
  public static var compiledOperatorName: String { "edgetpu-custom-op" }

  /// Whether the model has a part that was compiled for an Edge TPU, and so takes bytes as they are.
  ///
  /// - Complexity: O(operator codes).
  public var isCompiled: Bool { operatorCodes.contains { $0.customCode == Text(Self.compiledOperatorName) } }

  /// How many operators of the main subgraph are compiled for an Edge TPU.
  ///
  /// - Complexity: O(operators).
  public var compiledOperatorCount: Int {
    mainSubgraph?.operators.count { name(of: $0) == Self.compiledOperatorName } ?? 0
  }
}
