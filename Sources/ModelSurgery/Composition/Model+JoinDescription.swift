import TFLite

/// The metadata of a joined model.
extension Model {
  /// Copies the metadata of inputs from the base and of outputs from the head, with their packed files.
  ///
  /// - Parameter bypassing: The positions of the bypassed tensors among the base's outputs.
  mutating func describe(asJoinOf base: Model, and head: Model, bypassing: [Int]) throws(TFLiteError) {
    description = head.description.flatMap { $0.isEmpty ? nil : $0 } ?? base.description
    metadata.removeAll { $0.name?.string.hasPrefix(Self.imprintPrefix) == true }
    takeMetadata(of: head)
    var files = PackedFiles(behind: head)
    let before = PackedFiles(behind: base)
    var mine = (try? base.modelMetadata) ?? ModelMetadata()
    mine.keepInputs(andOutputs: bypassing)
    let behind = Result { () throws(TFLiteError) in try head.modelMetadata }
    let names = mine.fileNames
    var kept = before.contents.filter { names.contains($0.key) }
    for name in kept.keys.sorted() {
      guard let content = kept[name], let other = files.contents[name], other != content else { continue }
      let free = Self.freeName(name, besides: Set(files.contents.keys).union(kept.keys))
      mine.renameFile(name, to: free)
      kept[name] = nil
      kept[free] = content
    }
    let headIsReadable = (try? behind.get()).map { $0?.newerPlaces.isEmpty != false } ?? false
    if !headIsReadable {
      // The head's metadata cannot be read; it is copied unchanged.
      setMetadata(named: ModelMetadata.entryName, to: head.metadata(named: ModelMetadata.entryName))
      kept = [:]
    } else if mine != ModelMetadata() || head.metadata(named: ModelMetadata.entryName) != nil {
      let joined = ModelMetadata(
        inputsOf: mine, outputsOf: (try? behind.get()) ?? nil,
        outputCount: head.mainSubgraph?.outputs.count ?? 0)
      setMetadata(named: ModelMetadata.entryName, to: try joined.serialized())
    }
    files.contents.merge(kept) { headFile, _ in headFile }
    files.others = Bytes(Array(before.others) + Array(files.others))
    dropUnused()
    try setPackedFiles(files)
  }

  /// Copies the head's other metadata entries: Imprint's notes, entries that the base lacks, and the later minimum
  /// runtime version.
  private mutating func takeMetadata(of head: Model) {
    var known = Set(metadata.compactMap { $0.name.map(WholeName.init) })
    for entry in head.metadata where entry.name != ModelMetadata.entryName {
      guard let name = entry.name, let index = Int(exactly: entry.buffer), head.buffers.indices.contains(index),
        let contents = head.buffers[index].data
      else { continue }
      if known.insert(WholeName(name)).inserted {
        metadata.append(Metadata(name: name, buffer: appendBuffer(contents)))
      } else if name == "min_runtime_version", let present = metadata(named: name),
        Self.isVersion(contents, laterThan: present)
      {
        setMetadata(named: name, to: contents)
      }
    }
  }

  private static func isVersion(_ one: Bytes, laterThan other: Bytes) -> Bool {
    let numbers = { (version: Bytes) in
      version.prefix(64).prefix { $0 != 0 }.split(separator: UInt8(ascii: ".")).map {
        Int(String(decoding: $0, as: UTF8.self)) ?? 0
      }
    }
    return numbers(other).lexicographicallyPrecedes(numbers(one))
  }

  private static func freeName(_ name: String, besides names: Set<String>) -> String {
    var number = 1
    while names.contains("base-\(number)-\(name)") { number += 1 }
    return "base-\(number)-\(name)"
  }
}

extension ModelMetadata {
  /// Keeps the metadata of the inputs and of some outputs.
  fileprivate mutating func keepInputs(andOutputs places: [Int]) {
    guard !subgraphs.isEmpty else { return }
    let outputs = subgraphs[0].outputs
    subgraphs[0].outputs = places.map { outputs.indices.contains($0) ? outputs[$0] : TensorMetadata() }
    subgraphs[0].outputProcessUnits = []
    subgraphs[0].outputTensorGroups = []
  }

  /// Renames a file associated with the model or a tensor.
  fileprivate mutating func renameFile(_ name: String, to other: String) {
    func rename(_ files: inout [AssociatedFile]) {
      for index in files.indices where files[index].name?.string == name { files[index].name = Text(other) }
    }
    rename(&associatedFiles)
    for graph in subgraphs.indices {
      rename(&subgraphs[graph].associatedFiles)
      for index in subgraphs[graph].inputs.indices { rename(&subgraphs[graph].inputs[index].associatedFiles) }
      for index in subgraphs[graph].outputs.indices { rename(&subgraphs[graph].outputs[index].associatedFiles) }
    }
  }

  /// Combines metadata: inputs from the base; outputs from the head, followed by the base's bypassed outputs; model
  /// fields from the head or, if it has none, from the base.
  fileprivate init(inputsOf base: ModelMetadata, outputsOf head: ModelMetadata?, outputCount: Int) {
    self = head ?? base
    var main = base.subgraphs.first ?? SubGraphMetadata()
    let bypassing = main.outputs
    let behind = head?.subgraphs.first ?? SubGraphMetadata()
    main.name = behind.name ?? main.name
    main.description = behind.description ?? main.description
    main.outputs = behind.outputs
    if !bypassing.isEmpty {
      main.outputs += Array(repeating: TensorMetadata(), count: max(0, outputCount - behind.outputs.count))
      main.outputs += bypassing
    }
    main.outputProcessUnits = behind.outputProcessUnits
    main.outputTensorGroups = behind.outputTensorGroups
    main.associatedFiles += behind.associatedFiles.filter { !main.associatedFiles.contains($0) }
    main.customMetadata += behind.customMetadata.filter { !main.customMetadata.contains($0) }
    subgraphs = [main]
    guard head != nil else { return }
    name = name ?? base.name
    description = description ?? base.description
    version = version ?? base.version
    author = author ?? base.author
    license = license ?? base.license
    associatedFiles = base.associatedFiles + associatedFiles.filter { !base.associatedFiles.contains($0) }
    minParserVersion = minParserVersion ?? base.minParserVersion
  }
}
