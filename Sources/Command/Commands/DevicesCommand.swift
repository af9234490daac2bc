import ArgumentParser
import LiteRT
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the devices that can run models.",
    discussion: """
      Prints the processor and, for each Edge TPU, its index, bus and path; --device accepts any of the three. If no \
      Edge TPU is found, prints why.

      EXAMPLES
        imprint devices
        imprint classify --model flowers_edgetpu.tflite --device edgetpu:0 rose.jpg
        imprint classify --model flowers_edgetpu.tflite --device usb:0 rose.jpg
      """)

  @Flag(help: "Print the list as JSON.")
  var json = false

  func run() throws {
    var library: EdgeTPULibrary?
    var devices: [EdgeTPUDevice] = []
    var problem: EdgeTPUError?
    do throws(EdgeTPUError) {
      let opened = try EdgeTPULibrary()
      library = opened
      devices = try opened.devices(.all(nil))
    } catch {
      problem = error
    }
    let list = List(
      cores: ProcessInfo.processInfo.activeProcessorCount,
      edgeTPUs: devices.enumerated().map { index, device in
        List.Entry(index: index, bus: device.bus.rawValue, path: device.path)
      },
      library: library?.path, libraryVersion: library?.version, problem: problem?.description)
    try Terminal.print(json ? Terminal.json(list) : list.text)
  }

  private struct List: Encodable {
    struct Entry: Encodable {
      let index: Int
      let bus: String
      let path: String
    }

    let cores: Int
    let edgeTPUs: [Entry]
    let library: String?
    let libraryVersion: String?
    let problem: String?

    var text: String {
      var lines = ["cpu        \(cores) \(cores == 1 ? "core" : "cores")"]
      lines += edgeTPUs.map { "\(Table.left("edgetpu:\($0.index)", 10)) \($0.bus)  \($0.path)" }
      if let library { lines.append("Library    \(library)\(libraryVersion.map { " (\($0))" } ?? "")") }
      if let problem { lines.append("No Edge TPU: \(problem)") }
      return lines.joined(separator: "\n")
    }
  }
}
