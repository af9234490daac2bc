import ModelSurgery
import TFLite
import Testing

@testable import Heads

@Suite("Head methods")
struct HeadMethodTests {
  @Test("Finds a method by its name", arguments: HeadMethods.names)
  func names(name: String) throws {
    #expect(type(of: try method(name)).name == name)
  }

  @Test("Lists the names that the command accepts, and finds no method by another name")
  func allNames() {
    #expect(HeadMethods.names == ["analytic", "imprinted", "prototypes", "softmax", "fine-tuned"])
    #expect(HeadMethods.named("nearest") == nil)
    let chosen: [any HeadMethod] = [.analytic, .imprinted, .prototypes, .softmax, .fineTuned]
    #expect(chosen.map { type(of: $0).name } == HeadMethods.names)
  }

  private func method(_ name: String) throws -> any HeadMethod { try #require(HeadMethods.named(name)) }

  @Test("Separates classes that lie apart, from five pictures and from one", arguments: HeadMethods.names)
  func learns(name: String) throws {
    let (many, queries) = try ClusteredEmbeddings().setAndQueries([5, 5, 5, 5], queries: 20)
    #expect(try method(name).solve(many).head.accuracy(queries) >= 0.97)
    let (single, moreQueries) = try ClusteredEmbeddings().setAndQueries([1, 1, 1, 1], queries: 20)
    #expect(try method(name).solve(single).head.accuracy(moreQueries) >= 0.9)
  }

  @Test("The same pictures give the same head", arguments: HeadMethods.names)
  func deterministic(name: String) throws {
    let set = try ClusteredEmbeddings().set([24, 24, 24], centres: 2)
    #expect(try method(name).solve(set).head == method(name).solve(set).head)
  }

  @Test("Five equal views of a picture give the same head as one view", arguments: HeadMethods.names)
  func views(name: String) throws {
    let single = try ClusteredEmbeddings().set([4, 3, 2])
    var five = EmbeddingSet(space: ClusteredEmbeddings(views: .five).space)
    for embeddedClass in single.classes {
      for picture in embeddedClass.pictures {
        let bytes = picture.embeddings.withUnsafeBytes { Array($0) }
        let views = Bytes(Array(repeatElement(bytes, count: 5).joined()))
        try five.add(EmbeddedPicture(name: picture.name, embeddings: views), to: embeddedClass.name)
      }
    }
    let (one, other) = (try method(name).solve(single).head, try method(name).solve(five).head)
    for (left, right) in zip(one.weights, other.weights) { #expect(abs(left - right) < 0.02) }
  }

  @Test(
    "Gives finite heads for equal pictures in two classes, black pictures and classes of one picture",
    arguments: HeadMethods.names)
  func degenerate(name: String) throws {
    let maker = ClusteredEmbeddings(dimension: 3)
    let all: [[[[UInt8]]]] = [
      [[[1, 2, 3]], [[1, 2, 3]]], [[[0, 0, 0], [0, 0, 0]], [[0, 0, 0]]],
      [Array(repeating: [9, 9, 9], count: 30), Array(repeating: [9, 9, 9], count: 30)],
      [[[0, 0, 0]], Array(repeating: [255, 0, 0], count: 25), [[1, 1, 1], [255, 255, 255]]],
    ]
    for embeddings in all {
      let solved = try method(name).solve(maker.set(embeddings: embeddings))
      #expect(solved.head.classCount == embeddings.count)
      #expect(solved.leaveOneOut?.predictions.allSatisfy { $0.logits.allSatisfy { !$0.isNaN } } != false)
    }
  }

  @Test("Solves for a thousand classes")
  func thousand() throws {
    let set = try ClusteredEmbeddings(dimension: 8).set(Array(repeating: 1, count: 999) + [2])
    let methods: [any HeadMethod] = [
      Imprinted(), Prototypes(), SoftmaxHead(iterations: 3), FineTuned(iterations: 3),
    ]
    for method in methods {
      let solved = try method.solve(set)
      #expect(solved.head.classCount == 1000)
      #expect(solved.head.weights.allSatisfy { $0.isFinite })
    }
  }

  @Test(
    "Methods that need individual embeddings reject a set that stores only sums",
    arguments: ["prototypes", "softmax", "fine-tuned"])
  func pastBudget(name: String) throws {
    let set = try ClusteredEmbeddings(budget: 0).set([2, 2])
    let error = #expect(throws: EmbeddingSetError.self) { try method(name).solve(set) }
    #expect(error?.code == .pastBudget)
  }

  @Test("Methods that compare classes reject a set with one class", arguments: ["prototypes", "softmax", "fine-tuned"])
  func oneClass(name: String) throws {
    let set = try ClusteredEmbeddings().set([3])
    #expect(throws: HeadError.tooFewClasses(1)) { try method(name).solve(set) }
  }

  @Test("Rejects settings that make no sense")
  func settings() throws {
    let set = try ClusteredEmbeddings().set([2, 2])
    let methods: [any HeadMethod] = [
      SoftmaxHead(scale: 0), SoftmaxHead(strength: -1), SoftmaxHead(iterations: 0), FineTuned(scale: .nan),
      FineTuned(strength: .infinity), FineTuned(iterations: -3), Prototypes(picturesPerPrototype: [0]),
    ]
    for method in methods {
      let error = #expect(throws: HeadError.self) { try method.solve(set) }
      #expect(error?.code == .badSetting)
    }
  }
}
