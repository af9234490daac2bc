//! Teaches a classifier from folders of pictures: TeachAClassifier FOLDER MORE PICTURE

import Foundation
import Imprinting
import Pictures

// snippet.hide
guard CommandLine.arguments.count == 4 else {
  print("usage: TeachAClassifier FOLDER MORE PICTURE")
  exit(64)
}
let flowers = URL(filePath: CommandLine.arguments[1])
let more = URL(filePath: CommandLine.arguments[2])
let picture = URL(filePath: CommandLine.arguments[3])
let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).tflite")
// snippet.show

// snippet.learn
let teacher = try Teacher()
let lesson = try await teacher.learn(from: flowers)
print("Learnt \(lesson.classes.count) classes from \(lesson.pictures) pictures")
// snippet.end

// snippet.estimate
if let estimate = try await teacher.estimate {
  print(estimate)
  for confusion in estimate.confusions.prefix(3) {
    print("\(confusion.label) taken for \(confusion.takenFor): \(confusion.count)")
  }
}
// snippet.end

// snippet.save
try await teacher.save(to: file, withEmbeddings: true)
// snippet.end

// snippet.classify
let classifier = try Classifier(contentsOf: file)
let answer = try await classifier.classify(picture)
print(answer)
if let best = answer.best { print("\(best.label), with a score of \(best.score)") }
// snippet.end

// snippet.many
let pictures = try PictureFiles.pictures(at: more)
for try await (index, result) in classifier.answers(pictures) {
  switch result {
  case .success(let answer): print(pictures[index].lastPathComponent, answer)
  case .failure(let error): print(error)
  }
}
// snippet.end

// snippet.continue
let continued = try Teacher(continuing: file)
try await continued.learn(from: more)
try await continued.save(to: file, withEmbeddings: true)
// snippet.end
