import Heads
import Inference
import ModelSurgery
import Pictures
import TFLite

/// A model with Coral's imprinting tail, and its classes: those in the file, and those imprinted since it was opened.
struct ImprintedModel: Sendable {
  let base: Model
  let tail: ImprintingTail
  /// The constant that the tail appends to the features before it normalises them, if any.
  let constantElement: Float?
  private(set) var classes: [ImprintedClass]
  /// How imprinted classes are balanced with those of the base.
  private(set) var balance: ImprintedBalance
  /// How pictures are resized; nil if unknown.
  var resize: Resize?

  /// Opens a model, and appends a tail to a bare extractor.
  ///
  /// - Throws: `SurgeryError`, such as `SurgeryError/noImprintingTail(found:because:)`;
  ///   ``ImprintingError/noClassesToKeep`` for a bare extractor whose classes are to be kept.
  init(_ model: Model, keepClasses: Bool, labels: Labels?) throws {
    try model.checkRunnable()
    let model = model.runnableForm ?? model
    (base, tail) = try Self.withTail(model, keepClasses: keepClasses)
    if keepClasses, base.hasEmptyHead(tail) { throw ImprintingError.noClassesToKeep }
    constantElement = base.constantElement(of: tail)
    resize = base.imprintedResize
    let count = tail.classCount
    let fitted = try labels.map { try FittedLabels($0, classes: count).labels }
    classes = keepClasses ? Self.classes(of: base, tail: tail, labels: fitted) : []
    balance = keepClasses ? base.imprintedBalance : ImprintedBalance()
  }

  /// Returns the model with its tail; a bare extractor gets a new tail.
  private static func withTail(_ model: Model, keepClasses: Bool) throws -> (Model, ImprintingTail) {
    do {
      return (model, try ImprintingTail(of: model))
    } catch let missing {
      let extended: Model
      do throws(SurgeryError) {
        extended = try model.appendingImprintingTail()
      } catch {
        // For a classifier, the first error is more helpful: it says why there is no tail.
        throw error.code == .noImprintingTail ? missing : error
      }
      guard !keepClasses else { throw ImprintingError.noClassesToKeep }
      return (extended, try ImprintingTail(of: extended))
    }
  }

  /// Returns the classes of a model, each with the sum from which it was imprinted if that is known.
  private static func classes(of model: Model, tail: ImprintingTail, labels: Labels?) -> [ImprintedClass] {
    let norms = CoralDescription(model.description).norms
    let sums = model.believedSums(of: tail)
    let labels = labels ?? model.carriedLabels ?? Labels()
    let biases = model.biases(of: tail)
    return model.rows(of: tail).enumerated().map { id, row in
      var known = ImprintedClass(
        base: .init(weights: row, bias: biases.indices.contains(id) ? biases[id] : nil), name: labels.names[id])
      if let norm = norms[id] {
        known.storedNorm = norm
        known.sum = sums[id] ?? resumed(row: row, norm: Double(norm) ?? 0, tail: tail)
        known.isRecorded = sums[id] != nil
      }
      return known
    }
  }

  /// Returns Σx as Coral restores it: the stored row times the norm, rounded to whole steps where embeddings are quantised.
  private static func resumed(row: Bytes, norm: Double, tail: ImprintingTail) -> EmbeddingSum {
    let values = row.withUnsafeBytes { tail.rowEncoding.values($0) }
    let unit = Double(tail.embeddingEncoding.unit)
    let steps = values.map { Double($0) * norm / unit }
    let isWhole = tail.embeddingEncoding != .float32
    return EmbeddingSum(steps: isWhole ? steps.map { $0.rounded() } : steps, count: nil)
  }

  /// The part of the model up to the tail's embedding, as a separate model.
  var extractor: Model {
    get throws { try base.cut(at: tail.embedding).withoutImprinted }
  }

  var labels: Labels {
    Labels(
      classes.enumerated().reduce(into: [:]) { names, entry in names[entry.offset] = entry.element.name })
  }

  var hasBaseClasses: Bool { classes.contains { $0.sum == nil } }

  func isImprinted(_ classID: Int) -> Bool {
    classes.indices.contains(classID) && classes[classID].sum != nil
  }

  mutating func setName(_ name: String, of classID: Int) throws(ImprintingError) {
    guard Labels.isName(name) else { throw .badName(name) }
    guard classes.indices.contains(classID) else { throw .classIDOutOfOrder(classID, next: classes.count) }
    classes[classID].name = name
  }

  /// Checks that classes of these names can be imprinted.
  func check(names: [String]) throws(ImprintingError) {
    let known = labels
    for name in names {
      guard Labels.isName(name) else { throw .badName(name) }
      if let id = known.id(of: name), !isImprinted(id) { throw .baseClass(id, name: name) }
    }
  }

  func check(_ classID: Int) throws(ImprintingError) {
    guard classID >= 0, classID <= classes.count else { throw .classIDOutOfOrder(classID, next: classes.count) }
    if classID < classes.count, classes[classID].sum == nil {
      throw .baseClass(classID, name: classes[classID].name)
    }
  }

  private func check(_ sum: EmbeddingSum) throws {
    guard sum.steps.count == tail.dimension else {
      throw EmbeddingError.wrongCount(count: sum.steps.count, expected: tail.dimension)
    }
    guard sum.steps.allSatisfy(\.isFinite) else { throw EmbeddingError.notFinite }
    guard sum.count != 0 else { throw ImprintingError.noPictures }
  }

  /// Adds a sum of embeddings to a class. On an error nothing changes.
  mutating func train(_ sum: EmbeddingSum, classID: Int) throws {
    try check(classID)
    try check(sum)
    if classID == classes.count {
      classes.append(ImprintedClass(sum: sum, name: nil))
    } else {
      try classes[classID].add(sum)
    }
  }

  /// Adds sums of embeddings to classes by name, and creates classes that do not exist. On an error nothing changes.
  @discardableResult
  mutating func train(
    named lessons: [(name: String, sum: EmbeddingSum)]
  ) throws -> [(id: Int, isContinued: Bool)] {
    try check(names: lessons.map(\.name))
    for lesson in lessons { try check(lesson.sum) }
    var known = labels
    let before = classes.count
    return try lessons.map { lesson in
      let id = known.id(of: lesson.name) ?? classes.count
      try train(lesson.sum, classID: id)
      try setName(lesson.name, of: id)
      known.names[id] = lesson.name
      return (id, id < before)
    }
  }

  /// Changes the balance, and with it the rows of all imprinted classes.
  mutating func setBalance(_ balance: ImprintedBalance) {
    guard balance != self.balance else { return }
    self.balance = balance
    for id in classes.indices where classes[id].sum != nil {
      classes[id].stored = nil
      classes[id].storedNorm = nil
    }
  }

  /// Returns the bias of an imprinted class, as four bytes.
  private var offset: [UInt8] {
    guard balance.offset != 0, tail.bias >= 0, let tensor = base.mainSubgraph?.tensor(tail.bias) else {
      return [0, 0, 0, 0]
    }
    if tensor.type == .float32 { return ElementEncoding.float32.encode([balance.offset]) }
    let unit = tensor.quantization?.scale.first ?? tail.rowEncoding.unit * tail.embeddingEncoding.unit
    let steps = Int32(exactly: (balance.offset / unit).rounded()) ?? 0
    return withUnsafeBytes(of: steps.littleEndian) { Array($0) }
  }

  /// Returns the model with all classes.
  func model() throws -> Model {
    guard !classes.isEmpty else { throw ImprintingError.nothingLearnt }
    var kernel: [UInt8] = []
    kernel.reserveCapacity(classes.count * tail.dimension * tail.rowEncoding.byteCount)
    var biases: [UInt8] = []
    var description = CoralDescription()
    var sums: [Int: EmbeddingSum] = [:]
    for (id, known) in classes.enumerated() {
      kernel += known.row(tail.rowEncoding, balance: balance)
      biases += known.stored?.bias.map(Array.init) ?? offset
      description.norms[id] = known.norm(unit: tail.embeddingEncoding.unit, balance: balance)
      if let sum = known.sum, known.isRecorded { sums[id] = sum }
    }
    var model = try base.replacingRows(
      of: tail, kernel: Bytes(kernel), biases: Bytes(biases), classCount: classes.count)
    model.description = description.text
    try model.setImprinted(
      labels: labels.lines(count: classes.count), sums: StoredSums(dimension: tail.dimension, sums: sums),
      balance: balance, resize: resize)
    return model
  }

  /// Returns the sum of a class's embeddings as the tail outputs them: each raw embedding is normalised and rounded to the
  /// tail's steps.
  ///
  /// Where the set stores only sums, the result is the normalised mean of the class times its number of views.
  ///
  /// - Parameter unit: The value of a step of a raw embedding.
  /// - Throws: `EmbeddingError/wrongCount(count:expected:)`, `EmbeddingError/notFinite`.
  func sum(of known: EmbeddedClass, in space: EmbeddingSpace, unit: Float) throws(EmbeddingError) -> EmbeddingSum {
    guard known.pictures.isEmpty else {
      var total = EmbeddingSum(dimension: tail.dimension)
      for picture in known.pictures {
        var sum = EmbeddingSum(dimension: tail.dimension)
        for view in views(of: picture, in: space, unit: unit) { try sum.add(view) }
        try total.add(sum)
      }
      return total
    }
    let views = Double(max(known.count * space.augmentation.count, 1))
    let mean = normalized(known.steps.map { Float($0 / views) }, unit: unit)
    return EmbeddingSum(steps: mean.steps.map { Double($0) * views }, count: known.count * space.augmentation.count)
  }

  /// Returns the embeddings of a picture's views as the tail outputs them, the plain view first.
  func views(of picture: EmbeddedPicture, in space: EmbeddingSpace, unit: Float) -> [Embedding] {
    let steps = space.steps(picture.embeddings)
    return stride(from: 0, to: steps.count - space.dimension + 1, by: space.dimension).map { start in
      normalized(Array(steps[start..<start + space.dimension]), unit: unit)
    }
  }

  /// Returns the tail's output for one raw embedding.
  private func normalized(_ steps: [Float], unit: Float) -> Embedding {
    var values = steps.map { Double($0) * Double(unit) }
    if let constantElement { values.append(Double(constantElement)) }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let directions = values.map { norm > 0 ? Float($0 / norm) : 0 }
    let encoding = tail.embeddingEncoding
    guard encoding != .float32 else { return Embedding(steps: directions, unit: 1) }
    return Embedding(
      steps: encoding.encode(directions).withUnsafeBytes { encoding.steps($0) }, unit: encoding.unit)
  }
}

/// One class of a model with the imprinting tail.
struct ImprintedClass: Sendable, Hashable {
  /// The row and bias in the file, written back byte for byte; nil once they are out of date.
  var stored: StoredRow?
  /// The sum from which the class was imprinted; nil for a class of the base.
  var sum: EmbeddingSum?
  /// The norm in the file's description, as text; nil once it is out of date.
  var storedNorm: String?
  /// Whether to write the sum to the file; false while the sum is restored from the description and adds nothing to it.
  var isRecorded = true
  var name: String?

  struct StoredRow: Sendable, Hashable {
    var weights: Bytes
    var bias: Bytes?
  }

  /// Creates a class of the base.
  init(base: StoredRow, name: String?) {
    stored = base
    self.name = name
  }

  /// Creates an imprinted class.
  init(sum: EmbeddingSum, name: String?) {
    self.sum = sum
    self.name = name
  }

  /// Adds embeddings, which makes the file's row and norm out of date.
  mutating func add(_ other: EmbeddingSum) throws(EmbeddingError) {
    guard var sum else { return }
    try sum.add(other)
    self.sum = sum
    stored = nil
    storedNorm = nil
    isRecorded = true
  }

  /// Returns the row to write: the row in the file if it is up to date, otherwise the normalised sum in the kernel's encoding.
  func row(_ encoding: ElementEncoding, balance: ImprintedBalance) -> [UInt8] {
    if let stored { return Array(stored.weights) }
    return encoding.encode(balance.row(sum?.direction ?? []))
  }

  /// Returns the norm to write, or nil for a class of the base.
  ///
  /// - Parameter unit: The value of a step of the embedding.
  func norm(unit: Float, balance: ImprintedBalance) -> String? {
    storedNorm ?? sum.map { balance.norm($0.norm * Double(unit)) }
  }
}
