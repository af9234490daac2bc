import Foundation
import Heads
import Hummingbird
import Imprinting
import Learning
import Project

extension StudioRoutes {
  func addEstimate(to api: RouterGroup<StudioContext>) {
    api.get("estimate") { _, _ in try Response.json(await estimate()) }
  }

  private func estimate() async throws -> Wire.FullEstimate {
    let summary = await project.summary
    let ids = Dictionary(try store.classes().map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    var filter = ProjectStore.Filter()
    filter.isAlike = true
    let alike = try store.pictures(filter, offset: 0, limit: 1).total
    let tried = summary.estimate?.leaveOneOut
    var cells: [[Int64]: Int] = [:]
    for prediction in tried?.predictions ?? [] {
      guard let classes = tried?.classes, classes.indices.contains(prediction.label),
        classes.indices.contains(prediction.predicted), let label = ids[classes[prediction.label]],
        let taken = ids[classes[prediction.predicted]]
      else { continue }
      cells[[label, taken], default: 0] += 1
    }
    return Wire.FullEstimate(
      revision: summary.estimate?.revision ?? summary.revision, isCurrent: summary.isCurrent,
      accuracy: summary.estimate?.accuracy,
      interval: summary.estimate?.interval.map { [$0.lowerBound, $0.upperBound] },
      pictures: tried?.predictions.count ?? 0,
      classes: (tried?.classRecalls ?? []).compactMap { recall in
        ids[recall.label].map {
          .init(
            class: $0, recall: recall.recall, interval: [recall.interval.lowerBound, recall.interval.upperBound],
            count: recall.pictures)
        }
      },
      confusions: cells.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
        .init(label: $0.key[0], takenFor: $0.key[1], count: $0.value)
      }, suspects: summary.estimate?.suspects.count ?? 0, alike: alike,
      advice: (summary.estimate?.advice ?? []).map { advice in
        .init(
          kind: advice.kind.rawValue, class: advice.label.flatMap { ids[$0] }, other: advice.other.flatMap { ids[$0] },
          message: advice.message)
      }, curve: summary.curve.map { .init(pictures: $0.pictures, accuracy: $0.accuracy) },
      unknown: summary.estimate?.unknownShare.map { .init(share: $0) })
  }
}
