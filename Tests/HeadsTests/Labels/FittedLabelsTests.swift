import Foundation
import Heads
import TestMaterial
import Testing

@Suite("Labels beside the classes of a model")
struct FittedLabelsTests {
  private static func imageNet(background: Bool) -> Labels {
    let names =
      (background ? ["background"] : []) + ["tench, Tinca tinca", "goldfish"] + (2..<1000).map { "thing \($0)" }
    return Labels(Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0, $1) }))
  }

  @Test("One name for each class fits without a note")
  func fits() throws {
    let labels = Labels([0: "iris", 1: "rose"])
    let fitted = try FittedLabels(labels, classes: 2)
    #expect(fitted.labels == labels)
    #expect(fitted.note == nil)
  }

  @Test("ImageNet's 1000 names on 1001 classes get the background before them")
  func withoutBackground() throws {
    let fitted = try FittedLabels(Self.imageNet(background: false), classes: 1001)
    #expect(fitted.labels == Self.imageNet(background: true))
    #expect(fitted.note?.contains("background") == true)
  }

  @Test("ImageNet's 1001 names on 1000 classes lose the background")
  func withBackground() throws {
    let fitted = try FittedLabels(Self.imageNet(background: true), classes: 1000)
    #expect(fitted.labels == Self.imageNet(background: false))
    #expect(fitted.note?.contains("background") == true)
  }

  @Test("Names for classes that the model does not have are refused")
  func beyond() {
    #expect(throws: LabelsError.beyondClasses(2, count: 2)) {
      try FittedLabels(Labels([0: "iris", 1: "rose", 2: "tulip"]), classes: 2)
    }
  }

  @Test("Classes without a name are accepted with a note")
  func gaps() throws {
    let fitted = try FittedLabels(Labels([0: "iris", 1: "rose"]), classes: 4)
    #expect(fitted.note?.hasPrefix("2 of 4 classes") == true)
  }

  @Test("No labels at all need no note")
  func none() throws {
    #expect(try FittedLabels(Labels(), classes: 3).note == nil)
  }
}

@Suite("Numbers at the beginning of labels")
struct NumberedLabelsTests {
  @Test(
    "Numbers that are no ids belong to the names",
    arguments: ["1 Euro\n2 Euro\n5 Euro\n", "500 Rupees\n1000 Rupees\n", "2 apples\n1 pear\n", "7 up\n"])
  func names(text: String) {
    let lines = text.split(separator: "\n").map(String.init)
    #expect(Labels(text: text).names == Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($0, $1) }))
  }

  @Test(
    "0 ..< n in any order, and ascending numbers as Coral and TF-Slim write them, are ids",
    arguments: [
      ("0 Class 1\n1 Class 2\n", [0: "Class 1", 1: "Class 2"]), ("1 b\n0 a\n", [0: "a", 1: "b"]),
      ("   0  person\n  12  stop sign\n", [0: "person", 12: "stop sign"]),
      ("3:rose\n5:iris\n", [3: "rose", 5: "iris"]),
    ])
  func ids(text: String, names: [Int: String]) {
    #expect(Labels(text: text).names == names)
  }
}
