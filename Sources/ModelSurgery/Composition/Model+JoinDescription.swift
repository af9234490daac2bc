import TFLite

/// What a model says about itself that was put together of two.
extension Model {
  /// Takes over what the base says of its inputs and the head of its outputs, with their files.
  ///
  /// - Parameter bypassing: The places among the base's outputs of those that are outputs of the whole.
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
      // What the head says cannot be read, and stays as it is.
      setMetadata(named: ModelMetadata.entryName, to: head.metadata(named: ModelMetadata.entryName))
      kept = [:]
    } else if mine != ModelMetadata() || head.metadata(named: ModelMetadata.entryName) != nil {
      let whole = ModelMetadata(
        inputsOf: mine, outputsOf: (try? behind.get()) ?? nil,
        outputCount: head.mainSubgraph?.outputs.count ?? 0)
      setMetadata(named: ModelMetadata.entryName, to: try whole.serialized())
    }
    files.contents.merge(kept) { headFile, _ in headFile }
    files.others = Bytes(Array(before.others) + Array(files.others))
    dropUnused()
    try setPackedFiles(files)
  }

  /// Takes over the head's entries but for the model's metadata: its own notes, what the base lacks, and the later of two
  /// versions of the runtime that is needed.
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
  /// Leaves what is said of the inputs, and of the outputs at some places.
  fileprivate mutating func keepInputs(andOutputs places: [Int]) {
    guard !subgraphs.isEmpty else { return }
    let outputs = subgraphs[0].outputs
    subgraphs[0].outputs = places.map { outputs.indices.contains($0) ? outputs[$0] : TensorMetadata() }
    subgraphs[0].outputProcessUnits = []
    subgraphs[0].outputTensorGroups = []
  }

  /// Gives a file that goes with the model or a tensor another name.
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

  /// What is said of a whole: of its inputs by its base, of its outputs by its head, behind which the bypassed ones of the
  /// base stand; of the model by its head, or where that says nothing by its base.
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
