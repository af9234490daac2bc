import Testing

@testable import Heads

@Suite("Renaming labels")
struct RenamingLabelsTests {
  private let labels = Labels([0: "rose", 1: "lily", 2: "a=b"])

  @Test("Renames all at once, so that two classes can swap names, and keeps the order")
  func swapped() throws {
    #expect(try labels.renaming(["rose=lily", "lily=rose"]).names == [0: "lily", 1: "rose", 2: "a=b"])
    #expect(try labels.renaming(["a=b=c=d"]).names[2] == "c=d")
    #expect(try labels.renaming([]) == labels)
  }

  @Test("Rejects renaming an unknown class, to the name of another class or to no name")
  func refused() {
    #expect(throws: LabelsError.noSuchClass("ros", nearest: ["rose"])) { try labels.renaming(["ros=x"]) }
    #expect(throws: LabelsError.sameName("lily", classes: [0, 1])) { try labels.renaming(["rose=lily"]) }
    #expect(throws: LabelsError.badName("", classID: 0)) { try labels.renaming(["rose="]) }
    #expect(throws: LabelsError.badName("a\nb", classID: 0)) { try labels.renaming(["rose=a\nb"]) }
    #expect(throws: LabelsError.noChange("rose")) { try labels.renaming(["rose"]) }
  }

  @Test("Checks that there is one name per class, and finds names that several classes share")
  func checked() throws {
    try labels.check(count: 3)
    #expect(throws: LabelsError.wrongCount(names: 3, classes: 4)) { try labels.check(count: 4) }
    #expect(throws: LabelsError.wrongCount(names: 1, classes: 1)) { try Labels([3: "x"]).check(count: 1) }
    #expect(labels.shared.isEmpty)
    let cranes = Labels([0: "y", 1: "crane", 2: "z", 3: "crane", 4: "z"])
    try cranes.check(count: 5)
    #expect(cranes.shared.map(\.name) == ["crane", "z"] && cranes.shared.map(\.classes) == [[1, 3], [2, 4]])
  }
}
