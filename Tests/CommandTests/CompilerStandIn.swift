import Foundation
import TFLite
import TestMaterial

/// A program in place of Coral's compiler.
///
/// The program is a script, which passes the model to the test process. The process writes a model like those of the real
/// compiler: one operator, which only the device can run, with the input and output of the model.
enum CompilerStandIn {
  /// Writes the program into a folder, under the compiler's name. It works as long as the folder exists.
  static func put(into folder: TemporaryFolder) throws {
    let request = folder.appending("to-compile.tflite")
    let answer = folder.appending("compiled.tflite")
    let script = """
      #!/bin/sh
      while [ $# -gt 1 ]; do
        case $1 in --out_dir) out=$2 ;; esac
        shift
      done
      cp "$1" '\(request.path).new' && mv '\(request.path).new' '\(request.path)'
      while [ ! -e '\(answer.path)' ]; do sleep 0.02; done
      mv '\(answer.path)' "$out/$(basename "$1" .tflite)_edgetpu.tflite"

      """
    let program = folder.appending("edgetpu_compiler")
    try Data(script.utf8).write(to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    Thread.detachNewThread { [path = folder.url.path] in
      while FileManager.default.fileExists(atPath: path) {
        Thread.sleep(forTimeInterval: 0.02)
        guard FileManager.default.fileExists(atPath: request.path) else { continue }
        // If the model cannot be read, answers with an empty file, which the command rejects.
        let compiled = (try? Data(EdgeTPUModel.of(Model(contentsOf: request)).serialized().bytes())) ?? Data()
        try? FileManager.default.removeItem(at: request)
        try? compiled.write(to: answer, options: .atomic)
      }
    }
  }
}
