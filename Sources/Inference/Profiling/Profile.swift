import Pictures
import Synchronization

/// Finds out where the time of a run goes.
///
/// ```swift
/// let profile = Profile()
/// try await teacher.learn(classes, profile: profile)
/// try await profile.measure(.solving) { _ = try await teacher.estimate }
/// for row in profile.figures.rows { print(row.step, row.seconds) }
/// ```
///
/// Times are summed up over all workers. A step that waits for the processor counts that time too. Where no profile is
/// handed to what does the work, no clock is looked at.
public final class Profile: Sendable {
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  private struct State {
    var times: [Step: Duration] = [:]
    var workers = 1
    var pictures = 0
  }

  /// Begins a run: ``ProfileFigures/seconds`` count from here.
  public init() {}

  /// Adds time that was spent on a step.
  public func add(_ time: Duration, to step: Step) {
    state.withLock { $0.times[step, default: .zero] += time }
  }

  /// Does a piece of work, and adds its time to a step, also where it fails.
  ///
  /// - Throws: What `body` throws.
  public func measure<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: step) }
    return try body()
  }

  /// Does a piece of work, and adds its time to a step, also where it fails.
  ///
  /// - Throws: What `body` throws.
  public func measure<Result>(
    _ step: Step, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: step) }
    return try await body()
  }

  /// Does a piece of work within a step whose time is not to be counted for it, as it is counted elsewhere.
  func excluding<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(start - ContinuousClock.now, to: step) }
    return try body()
  }

  /// Takes note of how many workers there are.
  func note(workers: Int) {
    state.withLock { $0.workers = max($0.workers, workers) }
  }

  /// Takes note of a picture that is done.
  func notePicture() {
    state.withLock { $0.pictures += 1 }
  }

  /// What was found so far.
  public var figures: ProfileFigures {
    let elapsed = ContinuousClock.now - start
    return state.withLock { state in
      ProfileFigures(
        rows: Step.allCases.compactMap { step in
          state.times[step].map { .init(step: step, seconds: $0 / .seconds(1)) }
        },
        seconds: elapsed / .seconds(1), workers: state.workers, pictures: state.pictures)
    }
  }
}

extension Profile {
  /// What time is spent on.
  public enum Step: String, Sendable, Hashable, CaseIterable, Codable {
    /// Reading a model and making it ready to run.
    case opening
    /// Getting the bytes of picture files.
    case reading
    /// Making pixels of them.
    case decoding
    /// Bringing pixels to the model's size, and cutting views out.
    case resizing
    /// Running the network.
    case inference
    /// Taking in what was seen: the sums over embeddings.
    case learning
    /// Taking in answers.
    case answering
    /// Solving for the head.
    case solving
    /// Writing files.
    case saving
  }

  /// What tells this profile of the steps of reading pictures.
  package var pictureTiming: PictureTiming {
    PictureTiming { [self] step, time in
      switch step {
      case .reading: add(time, to: .reading)
      case .decoding: add(time, to: .decoding)
      case .resizing: add(time, to: .resizing)
      }
    }
  }
}

/// The same where there may be no profile: the work is done then, and no clock looked at.
extension Optional where Wrapped == Profile {
  /// Does a piece of work, and adds its time to a step where there is a profile; see
  /// ``Profile/measure(_:_:)``.
  ///
  /// - Throws: What `body` throws.
  public func measure<Result>(_ step: Profile.Step, _ body: () throws -> Result) rethrows -> Result {
    guard let self else { return try body() }
    return try self.measure(step, body)
  }

  /// Does a piece of work, and adds its time to a step where there is a profile; see
  /// ``Profile/measure(_:isolation:_:)``.
  ///
  /// - Throws: What `body` throws.
  public func measure<Result>(
    _ step: Profile.Step, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    guard let self else { return try await body() }
    return try await self.measure(step, isolation: isolation, body)
  }

  /// Does a piece of work that does not count for the step around it; see ``Profile/excluding(_:_:)``.
  func excluding<Result>(_ step: Profile.Step, _ body: () throws -> Result) rethrows -> Result {
    guard let self else { return try body() }
    return try self.excluding(step, body)
  }
}
