import Foundation
import Heads
import TestMaterial
import Testing

@Suite("Labels")
struct LabelsTests {
  @Test("Finds names that differ only by case")
  func alike() {
    let labels = Labels([0: "Rose", 1: "rose", 2: "tulip", 3: "Iris", 4: "IRIS"])
    #expect(labels.alike(["rose", "tulip"]).map { [$0, $1] } == [["Rose", "rose"]])
    #expect(labels.alike(["tulip"]).isEmpty)
  }

  @Test("Reads Coral's form: an id and a label per line")
  func numbered() {
    #expect(Labels(text: "0  background\n7  tabby, tabby cat\n") == Labels([0: "background", 7: "tabby, tabby cat"]))
  }

  @Test("Reads TF-Slim's form: an id, a colon and a label per line")
  func colons() {
    #expect(Labels(text: "0:daisy\n1:dandelion\n") == Labels([0: "daisy", 1: "dandelion"]))
    #expect(Labels(text: "0:daisy\n1:\n") == Labels([0: "0:daisy", 1: "1:"]))
  }

  @Test("Reads one label per line, numbered from 0; an empty line names no class")
  func plain() {
    #expect(Labels(text: "rose\r\n\nsweet pea\n") == Labels([0: "rose", 2: "sweet pea"]))
  }

  @Test("Reads a file as one label per line if any line has no number")
  func mixed() {
    #expect(Labels(text: "7 up\ncola") == Labels([0: "7 up", 1: "cola"]))
  }

  @Test("Text that is known to have one label per line keeps leading numbers as part of the label")
  func lines() {
    #expect(Labels(lines: "7 up\n\n12  monkeys\n") == Labels([0: "7 up", 2: "12  monkeys"]))
    #expect(Labels([0: "7 up", 2: "12  monkeys", 9: "beyond"]).lines(count: 3) == ["7 up", "", "12  monkeys"])
    #expect(Labels([1: "two\nlines"]).lines(count: 2) == ["", "two lines"])
    #expect(Labels().lines(count: 2).isEmpty)
  }

  @Test("Reads back what it writes")
  func roundTrip() {
    let labels = Labels([0: "naïve café", 3: "🌷 tulip", 12: "two  spaces"])
    #expect(Labels(text: labels.text) == labels)
  }

  @Test("A class without a name is called by its number")
  func numbers() {
    #expect(Labels()[42] == "42")
  }

  @Test("Finds a name whichever way its accents are composed")
  func unicode() {
    #expect(Labels([5: "caf\u{E9}"]).id(of: "cafe\u{301}") == 5)
    #expect(Labels([5: "rose", 2: "rose"]).id(of: "rose") == 2)
    #expect(Labels().id(of: "rose") == nil)
  }

  @Test(
    "Reads the labels of the ImageNet models",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func imagenet() throws {
    let labels = try Labels(contentsOf: Material.root.appending(path: "models/imagenet_labels.txt"))
    #expect(labels.names.count == 1001)
    #expect(labels[0] == "background")
  }

  @Test("Rejects files that are missing, empty or no text, and names them")
  func bad() throws {
    let folder = try TemporaryFolder()
    for (name, contents) in [("empty.txt", Data()), ("binary.txt", Data([0xFF, 0xFE, 0x00]))] {
      try contents.write(to: folder.appending(name))
    }
    for name in ["missing.txt", "empty.txt", "binary.txt", "."] {
      let error = #expect(throws: LabelsError.self) { try Labels(contentsOf: folder.appending(name)) }
      #expect("\(try #require(error))".contains(folder.url.path))
    }
  }
}
