import TFLite
import Testing

@testable import Heads
@testable import Imprinting
@testable import Inference

@Suite("The ways to solve for a head, by name")
struct HeadMethodTests {
  @Test("A method is found under the name that it has", arguments: HeadKind.allCases)
  func names(kind: HeadKind) {
    #expect(type(of: kind.method).name == kind.rawValue)
  }

  @Test("Each tells classes apart that lie apart, from five pictures and from one", arguments: HeadKind.allCases)
  func learns(kind: HeadKind) throws {
    let (many, asked) = try TaughtVectors().seenAndAsked([5, 5, 5, 5], asked: 20)
    #expect(try kind.method.solve(many).head.accuracy(asked) >= 0.97)
    let (single, alsoAsked) = try TaughtVectors().seenAndAsked([1, 1, 1, 1], asked: 20)
    #expect(try kind.method.solve(single).head.accuracy(alsoAsked) >= 0.9)
  }

  @Test("The same pictures give the same head", arguments: HeadKind.allCases)
  func deterministic(kind: HeadKind) throws {
    let seen = try TaughtVectors().seen([24, 24, 24], centres: 2)
    #expect(try kind.method.solve(seen).head == kind.method.solve(seen).head)
  }

  @Test("A picture seen in five equal views teaches what it teaches in one", arguments: HeadKind.allCases)
  func views(kind: HeadKind) throws {
    let once = try TaughtVectors().seen([4, 3, 2])
    var five = EmbeddingSet(space: TaughtVectors(views: .five).space)
    for known in once.classes {
      for picture in known.pictures {
        let bytes = picture.embeddings.withUnsafeBytes { Array($0) }
        let views = Bytes(Array(repeatElement(bytes, count: 5).joined()))
        try five.add(EmbeddedPicture(name: picture.name, embeddings: views), to: known.name)
      }
    }
    let (one, other) = (try kind.method.solve(once).head, try kind.method.solve(five).head)
    for (left, right) in zip(one.weights, other.weights) { #expect(abs(left - right) < 0.02) }
  }

  @Test(
    "Equal pictures in two classes, black pictures and classes of one give finite heads", arguments: HeadKind.allCases)
  func degenerate(kind: HeadKind) throws {
    let vectors = TaughtVectors(dimension: 3)
    let all: [[[[UInt8]]]] = [
      [[[1, 2, 3]], [[1, 2, 3]]], [[[0, 0, 0], [0, 0, 0]], [[0, 0, 0]]],
      [Array(repeating: [9, 9, 9], count: 30), Array(repeating: [9, 9, 9], count: 30)],
      [[[0, 0, 0]], Array(repeating: [255, 0, 0], count: 25), [[1, 1, 1], [255, 255, 255]]],
    ]
    for embeddings in all {
      let solved = try kind.method.solve(vectors.seen(embeddings: embeddings))
      #expect(solved.head.classCount == embeddings.count)
      #expect(solved.leaveOneOut?.predictions.allSatisfy { $0.logits.allSatisfy { !$0.isNaN } } != false)
    }
  }

  @Test("A thousand classes are solved for")
  func thousand() throws {
    let seen = try TaughtVectors(dimension: 8).seen(Array(repeating: 1, count: 999) + [2])
    let methods: [any HeadMethod] = [
      Imprinted(), Prototypes(), SoftmaxHead(iterations: 3), FineTuned(iterations: 3),
    ]
    for method in methods {
      let solved = try method.solve(seen)
      #expect(solved.head.classCount == 1000)
      #expect(solved.head.weights.allSatisfy { $0.isFinite })
    }
  }

  @Test(
    "Those that learn from single pictures say so where only sums are kept",
    arguments: [HeadKind.prototypes, .softmax, .fineTuned])
  func pastBudget(kind: HeadKind) throws {
    let seen = try TaughtVectors(budget: 0).seen([2, 2])
    let error = #expect(throws: EmbeddingSetError.self) { try kind.method.solve(seen) }
    guard case .pastBudget = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test("Those that tell classes apart need two", arguments: [HeadKind.prototypes, .softmax, .fineTuned])
  func oneClass(kind: HeadKind) throws {
    let seen = try TaughtVectors().seen([3])
    #expect(throws: HeadError.tooFewClasses(1)) { try kind.method.solve(seen) }
  }

  @Test("Settings that make no sense are refused by name")
  func settings() throws {
    let seen = try TaughtVectors().seen([2, 2])
    let methods: [any HeadMethod] = [
      SoftmaxHead(scale: 0), SoftmaxHead(strength: -1), SoftmaxHead(iterations: 0), FineTuned(scale: .nan),
      FineTuned(strength: .infinity), FineTuned(iterations: -3), Prototypes(picturesPerPrototype: [0]),
    ]
    for method in methods {
      let error = #expect(throws: HeadError.self) { try method.solve(seen) }
      guard case .badSetting = error else {
        Issue.record("another error: \(String(describing: error))")
        continue
      }
    }
  }
}
