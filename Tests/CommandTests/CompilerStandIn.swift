import Foundation
import TestMaterial

/// A program in the place of Coral's compiler, which gives the extractor that Coral compiled, whatever it is given.
enum CompilerStandIn {
  /// Puts it into a folder, under the compiler's name.
  static func put(into folder: TemporaryFolder) throws {
    let script = """
      #!/bin/sh
      while [ $# -gt 1 ]; do
        case $1 in --out_dir) out=$2 ;; esac
        shift
      done
      cp '\(Material.model("mobilenet_quant_v1_224_feature_layers_edgetpu").path)' "$out/model_edgetpu.tflite"

      """
    let program = folder.appending("edgetpu_compiler")
    try Data(script.utf8).write(to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
  }
}
