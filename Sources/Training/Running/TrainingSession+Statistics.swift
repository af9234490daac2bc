extension TrainingSession {
  /// Gives a base whose normalisation was folded the statistics of some of the pictures.
  func findStatistics(of data: TrainingData, threads: Int, isolation: isolated (any Actor)) async throws {
    let size = min(Self.statisticsPictures, data.count)
    // Far apart, so that all classes are there.
    let some = data.with((0..<size).map { data.examples[$0 * data.count / size] })
    let batches = try BatchLoader(
      evaluating: some, side: settings.side, batchSize: max(1, size), resize: .crop, threads: threads
    ).batches()
    guard let batch = try await batches.next() else { return }
    try network.findStatistics(on: pictures(batch))
  }

  private static let statisticsPictures = 128
}
