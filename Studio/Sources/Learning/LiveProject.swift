public import Foundation
import Imprinting
import Pictures
public import Project
import Synchronization
import TFLite

/// A project that learns as pictures arrive: the owner of the store, of the network and of the head.
///
/// Answers never wait for it: ``answer(_:topK:)`` runs the network and reads the newest head, whatever else goes on. Changes
/// come one after the other. What takes long — reading pictures that were added outside, the estimate — runs beside them.
///
/// ```swift
/// let project = try LiveProject(folder: folder, model: nil)
/// await project.start()
/// let mug = try await project.makeClass("mug")
/// let added = try await project.add(.init(bytes: jpeg, name: "1.jpg", origin: .camera), to: mug.id, batch: nil)
/// let answer = try await project.answer(jpeg, topK: 3).answer
/// ```
public actor LiveProject {
  /// The folder with its index.
  public nonisolated let store: ProjectStore
  /// The model of the network.
  public nonisolated let model: URL
  /// The command that compiles for the Edge TPU; nil where it or Coral's compiler is missing.
  public nonisolated let compiler: EdgeTPUCommand?
  /// The events, for all who watch.
  public nonisolated let events = StudioEvents()

  nonisolated let embedder: LiveEmbedder
  nonisolated let execution: Execution
  nonisolated let fingerprint: FrameFingerprint.Maker
  nonisolated let space: String
  // The head of the moment; answers read it without waiting for the actor.
  nonisolated let newest: Mutex<Newest>
  private nonisolated let executor = SerialThread(named: "imprint.studio")

  var teacher: LiveTeacher
  // What the teacher knows: the class of each picture, and the embeddings.
  var taught: [Int64: Taught] = [:]
  var names: [Int64: String] = [:]
  var revision = 0
  var estimate: ProjectEstimate?
  var curve: [LearningCurve.Point] = []
  var waiting: [Waiting] = []
  var isAdding = false
  var isReading = false
  var isReviewing = false
  var reviewed = -1
  var problems: [String: ProjectProblem] = [:]
  // What goes on beside the changes.
  private var loading: Task<Void, Never>?
  var reading: Task<Void, Never>?
  var reviewing: Task<Void, Never>?
  var drawing: Task<Void, Never>?

  /// What an answer needs.
  struct Newest {
    var teacher: LiveTeacher
    /// The classes by their names.
    var ids: [String: Int64] = [:]
    var revision = 0
  }

  /// A picture that the teacher knows.
  struct Taught {
    var classID: Int64
    /// The name of the class by which the teacher knows it.
    var label = ""
    let picture: EmbeddedPicture
    let fingerprint: FrameFingerprint?
  }

  /// A picture that waits to be learnt, with who waits for it.
  struct Waiting {
    let id: Int64
    let taught: Taught
    let done: CheckedContinuation<Void, Never>
  }

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens a project, and a network for it.
  ///
  /// - Parameters:
  ///   - folder: The folder, which is made if it is not there.
  ///   - model: A classifier or an extractor; by default the default model.
  ///   - compiler: The command that compiles for the Edge TPU.
  /// - Throws: ``ProjectError``, and the errors of `Extractor`.
  public init(folder: URL, model: URL? = nil, compiler: EdgeTPUCommand? = EdgeTPUCommand()) throws {
    let model = try DefaultModel.url(orGiven: model)
    var execution = Execution(cache: ModelCache())
    execution.trial = { _, _, operators in throw UntriedModel(operators: operators) }
    let extractor = try Extractor(model: model, execution: execution)
    store = try ProjectStore(folder: folder)
    self.model = model
    self.compiler = compiler
    self.execution = execution
    embedder = try LiveEmbedder(extractor, workers: ProcessInfo.processInfo.activeProcessorCount)
    fingerprint = try FrameFingerprint.Maker()
    space = "\(extractor.space)"
    teacher = try LiveTeacher(extractor, findsUnknown: true, budget: Self.budget)
    newest = Mutex(Newest(teacher: teacher))
  }

  /// Begins to learn what the folder holds, and watches it for changes.
  public func start() {
    guard loading == nil else { return }
    loading = Task { await load() }
  }

  /// Ends all work.
  public func stop() {
    for task in [loading, reading, reviewing, drawing] { task?.cancel() }
    events.end()
  }

  nonisolated func embed(_ bytes: Data, named name: String, urgent: Bool) async throws -> EmbeddedPicture {
    let frame = Frame(source: 0, number: 1, content: .encoded(Bytes(Array(bytes))), time: .zero)
    try Self.checkSize(of: frame, named: name)
    return try await embedder.embed(frame, named: name, urgent: urgent)
  }

  /// Checks the size that the header of a picture states, before anything is decoded.
  static func checkSize(of frame: Frame, named name: String) throws {
    let size = try frame.size()
    guard size.width.multipliedReportingOverflow(by: size.height).partialValue <= mostPixels,
      size.width <= mostPixels, size.height <= mostPixels
    else { throw ProjectError.tooManyPixels(name, width: size.width, height: size.height) }
  }

  /// The most pixels of a picture that comes from outside, because answers wait while it is decoded.
  static let mostPixels = 50_000_000

  // 400 000 pictures of the default model.
  static let budget = 1 << 29
}

/// A model that would need a trial in a process of its own.
struct UntriedModel: Error, LocalizedError {
  let operators: [String]
  var errorDescription: String? {
    "the model has operators that must be tried first: \(operators.joined(separator: ", ")); teach a classifier with it "
      + "by the command, and give that one"
  }
}

/// A state of the project that its user should know of.
public struct ProjectProblem: Sendable, Hashable, Codable {
  /// Tells it from others.
  public let code: String
  /// What is wrong, in a sentence without a full stop.
  public let message: String
  /// What to do about it, if anything can be done.
  public let remedy: String?

  /// Describes a state.
  public init(code: String, message: String, remedy: String?) {
    (self.code, self.message, self.remedy) = (code, message, remedy)
  }
}
