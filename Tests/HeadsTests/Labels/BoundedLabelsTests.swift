import Foundation
import Heads
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Label files out of proportion")
struct BoundedLabelsTests {
  @Test("Too many lines and lines that are too long are refused before they are taken apart")
  func files() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("labels.txt")
    let clock = ContinuousClock()
    let start = clock.now
    for bytes in [
      Data(repeating: 0x0A, count: 20_000_000), Data(repeating: 0x0D, count: 20_000_000),
      Data(repeating: 0, count: 20_000_000), Data("rose\n".utf8) + Data(repeating: 65, count: 5000),
    ] {
      try bytes.write(to: file)
      let error = #expect(throws: LabelsError.self) { try Labels(contentsOf: file) }
      #expect(error?.code == .badFile && error?.message.contains("at most") == true)
    }
    #expect(clock.now - start < .seconds(10))
  }

  @Test("A file with many labels is read, with the line ends of Windows too")
  func many() throws {
    let names = (0..<50_000).map { "thing \($0)" }
    for end in ["\n", "\r\n"] {
      let text = try LabelText(Bytes(Array(names.joined(separator: end).utf8))).text
      #expect(Labels(text: text).names.count == names.count)
    }
    let most = try LabelText(Bytes(Array(repeating: 0x0A, count: LabelText.mostLines - 1)))
    #expect(most.text.utf8.count == LabelText.mostLines - 1)
  }

  @Test("A pipe is no label file, and is not waited for")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("labels.txt")
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(throws: LabelsError.badFile(path: file.path, reason: "it cannot be read")) { try Labels(contentsOf: file) }
  }
}
