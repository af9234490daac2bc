import Heads

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
