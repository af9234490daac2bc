import ModelSurgery
import TFLite
import Testing

@testable import Heads

@Suite("Head methods, by name")
struct HeadMethodTests {
  @Test("A method is found by its name", arguments: HeadMethods.names)
  func names(name: String) throws {
    #expect(type(of: try method(name)).name == name)
  }

  @Test("The names are those of the command, each one once; another name finds nothing")
  func allNames() {
    #expect(HeadMethods.names == ["analytic", "imprinted", "prototypes", "softmax", "fine-tuned"])
    #expect(HeadMethods.named("nearest") == nil)
    let chosen: [any HeadMethod] = [.analytic, .imprinted, .prototypes, .softmax, .fineTuned]
    #expect(chosen.map { type(of: $0).name } == HeadMethods.names)
  }

  private func method(_ name: String) throws -> any HeadMethod { try #require(HeadMethods.named(name)) }

  @Test("Each tells classes apart that lie apart, from five pictures and from one", arguments: HeadMethods.names)
  func learns(name: String) throws {
    let (many, asked) = try TaughtVectors().seenAndAsked([5, 5, 5, 5], asked: 20)
    #expect(try method(name).solve(many).head.accuracy(asked) >= 0.97)
    let (single, alsoAsked) = try TaughtVectors().seenAndAsked([1, 1, 1, 1], asked: 20)
    #expect(try method(name).solve(single).head.accuracy(alsoAsked) >= 0.9)
  }

  @Test("The same pictures give the same head", arguments: HeadMethods.names)
  func deterministic(name: String) throws {
    let seen = try TaughtVectors().seen([24, 24, 24], centres: 2)
    #expect(try method(name).solve(seen).head == method(name).solve(seen).head)
  }

  @Test("A picture seen in five equal views teaches what it teaches in one", arguments: HeadMethods.names)
  func views(name: String) throws {
    let once = try TaughtVectors().seen([4, 3, 2])
    var five = EmbeddingSet(space: TaughtVectors(views: .five).space)
    for known in once.classes {
      for picture in known.pictures {
        let bytes = picture.embeddings.withUnsafeBytes { Array($0) }
        let views = Bytes(Array(repeatElement(bytes, count: 5).joined()))
        try five.add(EmbeddedPicture(name: picture.name, embeddings: views), to: known.name)
      }
    }
    let (one, other) = (try method(name).solve(once).head, try method(name).solve(five).head)
    for (left, right) in zip(one.weights, other.weights) { #expect(abs(left - right) < 0.02) }
  }

  @Test(
    "Equal pictures in two classes, black pictures and classes of one give finite heads", arguments: HeadMethods.names)
  func degenerate(name: String) throws {
    let vectors = TaughtVectors(dimension: 3)
    let all: [[[[UInt8]]]] = [
      [[[1, 2, 3]], [[1, 2, 3]]], [[[0, 0, 0], [0, 0, 0]], [[0, 0, 0]]],
      [Array(repeating: [9, 9, 9], count: 30), Array(repeating: [9, 9, 9], count: 30)],
      [[[0, 0, 0]], Array(repeating: [255, 0, 0], count: 25), [[1, 1, 1], [255, 255, 255]]],
    ]
    for embeddings in all {
      let solved = try method(name).solve(vectors.seen(embeddings: embeddings))
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
    arguments: ["prototypes", "softmax", "fine-tuned"])
  func pastBudget(name: String) throws {
    let seen = try TaughtVectors(budget: 0).seen([2, 2])
    let error = #expect(throws: EmbeddingSetError.self) { try method(name).solve(seen) }
    #expect(error?.code == .pastBudget)
  }

  @Test("Those that tell classes apart need two", arguments: ["prototypes", "softmax", "fine-tuned"])
  func oneClass(name: String) throws {
    let seen = try TaughtVectors().seen([3])
    #expect(throws: HeadError.tooFewClasses(1)) { try method(name).solve(seen) }
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
      #expect(error?.code == .badSetting)
    }
  }
}
