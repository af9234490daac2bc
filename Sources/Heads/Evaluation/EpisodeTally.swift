/// The outcomes of one method with one number of shots, as they come in, episode by episode.
struct EpisodeTally {
  fileprivate struct Asked {
    var times = 0
    var lost = 0.0
    var taken: [Int: (times: Int, confidence: Double)] = [:]
  }

  private let method: String
  private let shots: Shots
  private let classes: [EmbeddedClass]
  private var accuracies: [Double] = []
  private var expected: [Double] = []
  private var gaps: [Double] = []
  private var reliability = Reliability()
  private var confusion: ConfusionMatrix
  private var pictures: [[Asked]]

  init(method: String, shots: Shots, classes: [EmbeddedClass]) {
    self.method = method
    self.shots = shots
    self.classes = classes
    confusion = ConfusionMatrix(
      labels: Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0, $1.name) }))
    pictures = classes.map { Array(repeating: Asked(), count: $0.pictures.count) }
  }

  mutating func add(_ outcome: EpisodeWork.Outcome) {
    var hits = Array(repeating: (right: 0, all: 0), count: classes.count)
    for answer in outcome.answers {
      let isCorrect = answer.predicted == answer.label
      hits[answer.label].all += 1
      if isCorrect { hits[answer.label].right += 1 }
      confusion.add(label: answer.label, predicted: answer.predicted)
      reliability.add(confidence: answer.confidence, isCorrect: isCorrect)
      pictures[answer.label][answer.picture].take(answer, isCorrect: isCorrect)
    }
    let recalls = hits.filter { $0.all > 0 }.map { Double($0.right) / Double($0.all) }
    guard !recalls.isEmpty else { return }
    let accuracy = recalls.reduce(0, +) / Double(recalls.count)
    accuracies.append(accuracy)
    if let estimate = outcome.expected {
      expected.append(estimate)
      gaps.append(estimate - accuracy)
    }
  }

  /// What came in, or nil where nothing did.
  var row: EpisodeResults.Row? {
    Estimate(accuracies).map { accuracy in
      EpisodeResults.Row(
        method: method, shots: shots, accuracy: accuracy, accuracies: accuracies, leaveOneOut: Estimate(expected),
        leaveOneOutGap: Estimate(gaps), reliability: reliability, confusion: confusion, mistakes: mistakes)
    }
  }

  private var mistakes: [EpisodeResults.Mistake] {
    var found: [(mistake: EpisodeResults.Mistake, lost: Double)] = []
    for (known, asked) in zip(classes, pictures) {
      for (picture, asked) in zip(known.pictures, asked) where !asked.taken.isEmpty {
        let most = asked.taken.max { ($0.value.times, $1.key) < ($1.value.times, $0.key) }
        guard let most else { continue }
        let mistake = EpisodeResults.Mistake(
          picture: picture.name, label: known.name, takenFor: classes[most.key].name,
          confidence: most.value.confidence / Double(most.value.times),
          wrong: asked.taken.values.reduce(0) { $0 + $1.times }, asked: asked.times)
        found.append((mistake, asked.lost / Double(asked.times)))
      }
    }
    return found.sorted { ($1.lost, $0.mistake.picture) < ($0.lost, $1.mistake.picture) }.map(\.mistake)
  }
}

extension EpisodeTally.Asked {
  fileprivate mutating func take(_ answer: EpisodeWork.Answer, isCorrect: Bool) {
    times += 1
    guard !isCorrect else { return }
    lost += answer.confidence - answer.probability
    let before = taken[answer.predicted] ?? (0, 0)
    taken[answer.predicted] = (before.times + 1, before.confidence + answer.confidence)
  }
}
