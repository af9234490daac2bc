public import CImprint
import Command
import Dispatch
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@_cdecl("imprint_inspect")
public func inspect(
  _ path: UnsafePointer<CChar>?, _ description: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let path = try text(path, "path")
    let report = try naming(path) { InspectionReport(try Model(contentsOf: URL(filePath: path))) }
    try required(description, "description").pointee = ByteBox(json: report).handedOver()
  }
}

@_cdecl("imprint_command")
public func runCommand(
  _ arguments: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ program: UnsafePointer<UnsafePointer<CChar>?>?,
  _ programCount: Int
) {
  let names = (0..<max(0, count)).compactMap { arguments?[$0] }.map { FileName($0) }
  let words = (0..<max(0, programCount)).compactMap { program?[$0] }.map { String(cString: $0) }
  Task.detached { await CommandLineProgram.run(names, program: words) }
  // The command ends the process.
  while true { DispatchSemaphore(value: 0).wait() }
}
