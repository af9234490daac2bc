public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  /// Returns this model's compiled form with this model's description, metadata, packed labels and Imprint's notes
  /// about classes, which the compiler drops.
  ///
  /// - Parameter compiled: The compiler's output for this model.
  /// - Throws: ``CompiledFormError`` if it holds no operator for the Edge TPU, or its inputs or outputs have other
  ///   shapes or types; `TFLiteError` if metadata cannot be written.
  /// - Complexity: O(tensors); no weights are copied.
  public func describing(compiled: Model) throws -> Model {
    guard compiled.isCompiled else { throw CompiledFormError.nothingCompiled }
    for (name, ends) in [("inputs", \SubGraph.inputs), ("outputs", \SubGraph.outputs)] {
      let (wanted, found) = (Self.words(self, ends), Self.words(compiled, ends))
      guard wanted == found else {
        throw CompiledFormError.otherEnds(wanted: "\(name) \(wanted)", found: "\(name) \(found)")
      }
    }
    var result = compiled
    if let description, !description.isEmpty { result.description = description }
    for entry in metadata {
      guard let name = entry.name, let contents = metadata(named: name) else { continue }
      // The compiler knows best which runtime its operator needs.
      if name == "min_runtime_version", result.metadata(named: name) != nil { continue }
      result.setMetadata(named: name, to: contents)
    }
    try result.setPackedFiles(PackedFiles(behind: self))
    return result
  }

  private static func words(_ model: Model, _ ends: KeyPath<SubGraph, [Int32]>) -> String {
    guard let graph = model.mainSubgraph else { return "(no subgraph)" }
    return graph[keyPath: ends].map { index in
      graph.tensor(index).map { "\($0.type.name) \($0.shape)" } ?? "none"
    }.joined(separator: ", ")
  }
}

/// Why a model is not the compiled form of another.
public struct CompiledFormError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case nothingCompiled, otherEnds
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The model holds no operator for the Edge TPU.
  public static let nothingCompiled = Self(
    code: .nothingCompiled, message: "it holds no operator for the Edge TPU", remedy: nil)

  /// The model has other inputs or outputs; each side in words.
  public static func otherEnds(wanted: String, found: String) -> Self {
    Self(code: .otherEnds, message: "it has \(found) where the model has \(wanted)", remedy: nil)
  }
}
