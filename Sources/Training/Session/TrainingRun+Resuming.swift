#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension TrainingRun {
  /// Returns the checkpoint to resume from, after checking that it is from the same run; nil if the run is new.
  func keptCheckpoint(pictures: String, stepsPerEpoch: Int) throws -> Checkpoint? {
    let exists = FileManager.default.fileExists(atPath: lastFile.path)
    guard isResuming else {
      if exists { throw TrainingError.alreadyThere(path: lastFile.path) }
      return nil
    }
    guard exists else { throw TrainingError.nothingToResume(path: lastFile.path) }
    let kept = try Checkpoint(contentsOf: lastFile)
    var differences: [String] = []
    if kept.labels != training.labels { differences.append("its classes are different") }
    if kept.pictures != pictures { differences.append("its pictures are different") }
    // A different length changes the learning rate of every step, so only a finished run can get another one.
    if kept.settings != settings, !extends(kept, stepsPerEpoch: stepsPerEpoch) {
      let names = kept.settings.differences(from: settings).joined(separator: ", ")
      differences.append("its settings are different (\(names))")
    }
    guard differences.isEmpty else {
      throw TrainingError.otherRun(path: lastFile.path, because: differences.joined(separator: ", "))
    }
    // A run that ended in the middle of an epoch has a result of its part.
    let isWithin = kept.position.stepInEpoch > 0 && isFinished(kept, stepsPerEpoch: stepsPerEpoch)
    guard kept.position.isValid(settings, stepsPerEpoch: stepsPerEpoch),
      kept.history.count == kept.position.epoch + (isWithin ? 1 : 0)
    else {
      throw TrainingError.badCheckpoint(path: lastFile.path, because: "its position in the run is impossible")
    }
    try kept.checkFinite()
    return kept
  }

  private func isFinished(_ kept: Checkpoint, stepsPerEpoch: Int) -> Bool {
    kept.position.step >= kept.settings.stepCount(stepsPerEpoch: stepsPerEpoch)
  }

  /// Returns whether the settings make a finished run longer and are the same otherwise.
  private func extends(_ kept: Checkpoint, stepsPerEpoch: Int) -> Bool {
    isFinished(kept, stepsPerEpoch: stepsPerEpoch) && settings.matchApartFromLength(kept.settings)
      && settings.stepCount(stepsPerEpoch: stepsPerEpoch) >= kept.settings.stepCount(stepsPerEpoch: stepsPerEpoch)
  }

  /// Returns the best checkpoint of a resumed run; nil if there is none yet.
  func keptBest(like kept: Checkpoint) throws -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: bestFile.path) else { return nil }
    let best = try Checkpoint(contentsOf: bestFile)
    guard best.settings.matchApartFromLength(kept.settings), best.labels == kept.labels, best.pictures == kept.pictures
    else {
      throw TrainingError.otherRun(path: bestFile.path, because: "it does not belong to \(lastFile.path)")
    }
    return best
  }
}
