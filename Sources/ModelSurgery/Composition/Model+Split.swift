public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  /// Splits the model in two: the base computes some tensors from the model's inputs, and the head the model's outputs
  /// from these tensors. ``joined(with:match:bypassing:)`` restores the model.
  ///
  /// Constants that both parts use, and results of constants alone, are in both. The base gets the metadata of the
  /// inputs; the head gets that of the outputs, the labels, the description and Imprint's notes about classes.
  /// Signatures name the cut tensors by their tensor names. Operators that no output needs are dropped.
  ///
  /// ```swift
  /// let tensor = try model.computedTensor(named: "MobilenetV1/Logits/AvgPool_1a/AvgPool")
  /// let (base, head) = try model.split(at: [tensor])
  /// ```
  ///
  /// - Parameter cuts: Tensors of the main subgraph, which become the base's outputs and the head's inputs in this
  ///   order.
  /// - Throws: ``SplitError``; ``SurgeryError`` if the model's data flow is unsound, or it has several subgraphs or
  ///   variables; `TFLiteError` if its metadata cannot be written.
  /// - Complexity: O(tensors + operators); no weights are copied.
  public func split(at cuts: [Int32]) throws -> (base: Model, head: Model) {
    let flow = try GraphFlow(of: self)
    let graph = subgraphs[0]
    let cuts = cuts.enumerated().filter { !cuts[..<$0].contains($1) }.map(\.element)
    guard !cuts.isEmpty else { throw SplitError.noCut }
    for cut in cuts {
      guard graph.tensor(cut) != nil else { throw SplitError.noSuchTensor(String(cut), nearest: []) }
      guard flow.producers[cut] != nil else { throw SplitError.nothingBefore(tensor: graph.label(of: cut)) }
      guard !graph.outputs.contains(cut) else { throw SplitError.nothingBehind(tensor: graph.label(of: cut)) }
    }
    let before = flow.operators(behind: cuts).operators
    var crossing = Set(graph.inputs)
    for index in before {
      crossing.formUnion(graph.operators[index].outputs)
      crossing.formUnion(graph.operators[index].inputs.filter { graph.tensor($0)?.isVariable == true })
    }
    crossing.subtract(flow.constantResults)
    crossing.subtract(cuts)
    let behind = flow.operators(behind: graph.outputs, stoppingAt: crossing.union(cuts))
    let crossed = behind.stops.intersection(crossing).sorted()
    guard crossed.isEmpty else {
      throw SplitError.crossed(cut: cuts.map(graph.label), by: crossed.map(graph.label))
    }
    if let unused = cuts.first(where: { !behind.stops.contains($0) }) {
      throw SplitError.nothingBehind(tensor: graph.label(of: unused))
    }
    return (try base(endingIn: cuts), try head(beginningWith: cuts, operators: behind.operators))
  }

  /// Returns the index of a tensor that the model computes.
  ///
  /// - Parameter name: The tensor's name, or its index if no tensor has that name.
  /// - Throws: ``SplitError/noSuchTensor(_:nearest:)`` or ``SplitError/ambiguous(_:numbers:)``.
  /// - Complexity: O(tensors), plus edit distances to their names if none matches.
  public func computedTensor(named name: String) throws(SplitError) -> Int32 {
    guard let graph = mainSubgraph else { throw .noSuchTensor(name, nearest: []) }
    let wanted = Text(name)
    let computed = Set(graph.operators.flatMap(\.outputs)).sorted()
    let found = computed.filter { graph.tensor($0)?.name == wanted }
    guard found.count < 2 else { throw .ambiguous(name, numbers: found) }
    if let found = found.first { return found }
    // An existing tensor that is not computed is not a misspelt name.
    if let other = graph.tensors.firstIndex(where: { $0.name == wanted }) { return Int32(clamping: other) }
    if let number = Int32(name), graph.tensor(number) != nil { return number }
    let names = computed.compactMap { graph.tensor($0)?.name?.string }
    throw .noSuchTensor(name, nearest: NearestNames.to(name, among: names))
  }

  private func base(endingIn cuts: [Int32]) throws -> Model {
    var base = self
    base.subgraphs[0].outputs = cuts
    let maps = cuts.map(subgraphs[0].signatureMap)
    for index in base.signatureDefs.indices { base.signatureDefs[index].outputs = maps }
    base.dropOutputDescription()
    base.dropUnused()
    try base.describe(as: .base, of: self)
    return base
  }

  private func head(beginningWith cuts: [Int32], operators: Set<Int>) throws -> Model {
    var head = self
    head.subgraphs[0].inputs = cuts
    head.subgraphs[0].operators = operators.sorted().map { subgraphs[0].operators[$0] }
    let maps = cuts.map(subgraphs[0].signatureMap)
    for index in head.signatureDefs.indices { head.signatureDefs[index].inputs = maps }
    head.dropUnused()
    try head.describe(as: .head, of: self)
    return head
  }
}

/// The metadata of the parts of a split model.
extension Model {
  /// One of the two parts of a model.
  enum Part {
    case base, head
  }

  /// The prefix of the names of Imprint's own metadata entries about classes.
  static let imprintPrefix = "imprint."

  /// Removes the metadata about classes: the description and Imprint's notes.
  mutating func dropOutputDescription() {
    description = nil
    metadata.removeAll { $0.name?.string.hasPrefix(Self.imprintPrefix) == true }
  }

  /// Writes the metadata that concerns this part of the split model, and packs the files that it names. The head gets
  /// the files that no metadata names, and metadata that cannot be read.
  mutating func describe(as part: Part, of whole: Model) throws(TFLiteError) {
    let metadata = try? whole.modelMetadata
    let isReadable = metadata?.newerPlaces.isEmpty == true
    var files = PackedFiles(behind: whole)
    if let metadata, isReadable {
      var mine = metadata
      mine.keep(part)
      var others = metadata
      others.keep(part == .base ? .head : .base)
      setMetadata(named: ModelMetadata.entryName, to: try mine.serialized())
      let names = mine.fileNames
      let foreign = others.fileNames.subtracting(names)
      files.contents = files.contents.filter { name, _ in
        part == .base ? names.contains(name) : !foreign.contains(name)
      }
    } else if part == .base {
      setMetadata(named: ModelMetadata.entryName, to: nil)
      files.contents = [:]
    }
    if part == .base { files.others = Bytes() }
    try setPackedFiles(files)
  }
}

extension ModelMetadata {
  /// Removes the metadata of the inputs or outputs that belong to the other part.
  fileprivate mutating func keep(_ part: Model.Part) {
    guard !subgraphs.isEmpty else { return }
    switch part {
    case .base:
      subgraphs[0].outputs = []
      subgraphs[0].outputProcessUnits = []
      subgraphs[0].outputTensorGroups = []
    case .head:
      subgraphs[0].inputs = []
      subgraphs[0].inputProcessUnits = []
      subgraphs[0].inputTensorGroups = []
    }
  }
}

/// Why a model cannot be split at some tensors.
public struct SplitError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case noSuchTensor, ambiguous, noCut, nothingBefore, nothingBehind, crossed
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  /// The tensors that could be meant, for ``noSuchTensor(_:nearest:)``, or that lead past the cut, for
  /// ``crossed(cut:by:)``.
  public private(set) var tensors: [String] = []

  /// The model computes no tensor of the name; `nearest` are similar names.
  public static func noSuchTensor(_ name: String, nearest: [String]) -> Self {
    Self(
      code: .noSuchTensor, message: "the model computes no tensor \"\(name.prefix(256))\"",
      remedy: nearest.isEmpty ? nil : "did you mean \(nearest.map { "\"\($0)\"" }.joined(separator: " or "))?",
      tensors: nearest)
  }

  /// Several tensors have the name; `numbers` are their indices.
  public static func ambiguous(_ name: String, numbers: [Int32]) -> Self {
    let choices = numbers.prefix(8).map { String($0) }.joined(separator: ", ")
    return Self(
      code: .ambiguous, message: "several tensors are called \"\(name.prefix(256))\"",
      remedy: "choose one by its number, which is one of \(choices)")
  }

  /// No tensor to cut at was given.
  public static let noCut = Self(code: .noCut, message: "there is no tensor to cut at", remedy: "name one")

  /// The tensor is an input or a constant, so that the base would be empty.
  public static func nothingBefore(tensor: String) -> Self {
    Self(
      code: .nothingBefore,
      message: "the model cannot be cut at \(tensor): no operator computes it, and the base would be empty", remedy: nil
    )
  }

  /// The tensor is an output, or no output depends on it, so that the head would be empty.
  public static func nothingBehind(tensor: String) -> Self {
    Self(
      code: .nothingBehind,
      message: "the model cannot be cut at \(tensor): no output is computed from it, and the head would be empty",
      remedy: nil)
  }

  /// Other tensors lead past the cut: an operator before it computes them, and an operator after it reads them.
  public static func crossed(cut: [String], by others: [String]) -> Self {
    var listed = others.prefix(5).joined(separator: ", ")
    if others.count > 5 { listed += " and \(others.count - 5) more" }
    return Self(
      code: .crossed,
      message: """
        the model cannot be cut at \(cut.joined(separator: ", ")) alone: \(listed) \
        \(others.count == 1 ? "leads" : "lead") past the cut
        """, remedy: "cut before or after the point where they meet, or at all of them", tensors: others)
  }
}
