import Foundation
import TestMaterial
import Testing

@Suite("Compiling for the Edge TPU")
struct CompileTests {
  private let folder: TemporaryFolder
  private let extractor = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
  private let compiled = Material.model("mobilenet_quant_v1_224_feature_layers_edgetpu")

  init() throws {
    folder = try TemporaryFolder()
    for name in ["scratch", "work"] {
      try FileManager.default.createDirectory(at: folder.appending(name), withIntermediateDirectories: true)
    }
  }

  private var compiler: URL { folder.appending("edgetpu_compiler") }
  private var output: URL { folder.appending("work/compiled") }

  private struct Report: Decodable {
    struct Operation: Decodable {
      let name: String
      let count: Int
      let status: String
    }
    let model: String
    let bytes: Int
    let compiler, embedding: String?
    let mapped, operators, onChipBytes: Int?
    let operations: [Operation]
  }

  /// Installs a script as the compiler, with the output folder in `$out` and the file to write in `$made`.
  private func installCompiler(_ script: String) throws {
    let text = """
      #!/bin/sh
      echo "$@" >'\(folder.appending("arguments").path)'
      while [ $# -gt 1 ]; do
        case $1 in --out_dir) out=$2 ;; esac
        shift
      done
      made=$out/$(basename "$1" .tflite)_edgetpu.tflite
      \(script)

      """
    try Data(text.utf8).write(to: compiler)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: compiler.path)
  }

  /// Installs a script that writes a compiled model, and prints and logs what the real compiler does.
  private func installWorkingCompiler() throws {
    try installCompiler(
      """
      cp '\(compiled.path)' "$made"
      cat <<'END'
      Edge TPU Compiler version 16.0.384591198
      Started a compilation timeout timer of 180 seconds.

      Model compiled successfully in 520 ms.

      On-chip memory used for caching model parameters: 3.33MiB
      On-chip memory remaining for caching model parameters: 4.39MiB
      Off-chip memory used for streaming uncached model parameters: 0.00B
      Number of Edge TPU subgraphs: 1
      END
      cat >"$out/model_edgetpu.log" <<'END'
      Operator                       Count      Status

      CONV_2D                        14         Mapped to Edge TPU
      DEPTHWISE_CONV_2D              13         Mapped to Edge TPU
      AVERAGE_POOL_2D                1          Mapped to Edge TPU
      END
      """)
  }

  private func model(_ arguments: String...) throws -> Imprint.Outcome {
    let environment =
      "export IMPRINT_EDGETPU_COMPILER='\(compiler.path)' TMPDIR='\(folder.appending("scratch").path)'"
    return try Imprint.run(after: environment, ["model"] + arguments)
  }

  private func expectNothingLeft() throws {
    for name in ["scratch", "work"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(name).path) == [], "\(name)")
    }
  }

  /// Checks that the command failed with one error that contains the words, and left no file.
  private func expectRefusal(_ outcome: Imprint.Outcome, _ words: String...) throws {
    #expect(outcome.code == 1 && outcome.output == "")
    #expect(outcome.stderr.hasPrefix("Error: "), "\(outcome.stderr)")
    let lines = outcome.stderr.split(separator: "\n")
    #expect(lines.count == 1 || lines.count == 2 && lines[1].hasPrefix("Hint: "))
    for word in words { #expect(outcome.stderr.contains(word), "\(outcome.stderr)") }
    try expectNothingLeft()
  }

  @Test(
    "Compiles a model into a folder, and reports what the compiler says",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func compile() throws {
    try installWorkingCompiler()
    let outcome = try model("compile", extractor.path, "-o", output.path, "--min-runtime-version", "13", "--json")
    #expect(outcome.code == 0 && outcome.stderr == "", "\(outcome.stderr)")
    let report = try outcome.decoded(as: Report.self)
    let file = output.appending(path: "mobilenet_v1_1.0_224_quant_embedding_extractor_edgetpu.tflite")
    #expect(report.model == file.path && report.compiler == "16.0.384591198")
    #expect(report.mapped == 28 && report.operators == 28 && report.operations.count == 3)
    #expect(report.onChipBytes == 3_491_758)
    #expect(try Data(contentsOf: file).count == report.bytes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: output.path) == [file.lastPathComponent])
    let arguments = try String(contentsOf: folder.appending("arguments"), encoding: .utf8)
    #expect(arguments.contains("--min_runtime_version 13") && !arguments.contains("timeout_sec"))
    #expect(try Imprint.run("inspect", file.path).output.contains("TOCO Converted"))
    let text = try model("compile", extractor.path, "-o", output.path).output
    #expect(text.contains("Compiler  16.0.384591198, 520 ms") && text.contains("Mapped    28 of 28 operators"))
    #expect(text.contains("Memory    3.5 MB of parameters on the chip, 4.6 MB free; 0.0 kB streamed at every run"))
  }

  @Test("Prepares a trained classifier in one step: compiles its base, and keeps its head and labels")
  func prepare() throws {
    try installWorkingCompiler()
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    let (trained, made) = (folder.appending("trained.tflite"), folder.appending("work/made.tflite"))
    let training = try Imprint.run(
      "train", "--model", extractor.path, "--data", data.path, "--augment", "none", "--output", trained.path)
    #expect(training.code == 0, "\(training.stderr)")
    let outcome = try model("prepare-edgetpu", trained.path, "-o", made.path, "--json")
    #expect(outcome.code == 0 && outcome.stderr == "", "\(outcome.stderr)")
    let report = try outcome.decoded(as: Report.self)
    #expect(report.embedding == "\"MobilenetV1/Logits/AvgPool_1a/AvgPool\"" && report.mapped == 28)
    let descriptions = try [trained, made].map { try Imprint.run("inspect", $0.path).output }
    #expect(descriptions[1].contains("edgetpu-custom-op") && !descriptions[1].contains("DEPTHWISE"))
    for word in ["Head", "Unknown", "Resize", "Labels"] {
      let lines = descriptions.map { $0.split(separator: "\n").first { $0.hasPrefix(word) } }
      #expect(lines[0] == lines[1])
    }
    // The compiled base cannot run here; its head can, joined to the base before compilation.
    let (head, again) = (folder.appending("head.tflite"), folder.appending("again.tflite"))
    #expect(try model("head", made.path, "--take", "-o", head.path).code == 0)
    #expect(try model("join", extractor.path, head.path, "-o", again.path).code == 0)
    let answers = try [trained, again].map { try Imprint.run("classify", "--json", "--model", $0.path, data.path) }
    #expect(answers[0].code == 0 && answers[0].output == answers[1].output)
    #expect(answers[0].output.contains("iris"))
    let labels = ["trained.txt", "work/made.txt"].map { folder.appending($0) }
    #expect(try Data(contentsOf: labels[0]) == Data(contentsOf: labels[1]))
    #expect(try Data(contentsOf: made).range(of: Data("daisy".utf8)) != nil)
    let complete = try model("prepare-edgetpu", extractor.path, "-o", made.path)
    #expect(complete.code == 0 && !complete.output.contains("Head"), "\(complete.stderr)")
  }

  @Test("Names what the compiler would reject, without running it")
  func notReady() throws {
    try installWorkingCompiler()
    try expectRefusal(
      try model("compile", compiled.path, "-o", output.path), "compiled for the Edge TPU already")
    #expect(!FileManager.default.fileExists(atPath: folder.appending("arguments").path))
    let other = Material.model("mobilenet_v2_1.0_224_quant").path
    try expectRefusal(try model("compile", other, "-o", output.path), "is not the compiled model", "outputs")
    try expectRefusal(try model("compile", folder.appending("no.tflite").path, "-o", output.path), "cannot be read")
    #expect(try model("compile", compiled.path, "-o", output.path, "--unchecked").code == 0)
  }

  @Test("Says how to install the compiler if it is missing or cannot run")
  func notInstalled() throws {
    try expectRefusal(
      try model("compile", extractor.path, "-o", output.path), "edgetpu-compiler", "Coral's documentation")
    try Data().write(to: compiler)
    try expectRefusal(
      try model("prepare-edgetpu", extractor.path, "-o", output.path), "cannot be run", "IMPRINT_EDGETPU_COMPILER")
  }

  @Test(
    "Rejects the result of a compiler that fails, writes nothing or writes something else",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func failures() throws {
    let compile = { try model("compile", extractor.path, "-o", output.path) }
    try installCompiler("echo 'Edge TPU Compiler version 2.1'; echo 'Internal compiler error. Aborting!' >&2; exit 1")
    try expectRefusal(try compile(), "exited with 1", "Internal compiler error")
    try installCompiler("cp '\(compiled.path)' \"$made\"; exit 3")
    try expectRefusal(try compile(), "exited with 3 and printed nothing")
    try installCompiler("kill -SEGV $$")
    try expectRefusal(try compile(), "exited with 139")
    try installCompiler("echo 'Model not quantized'; exit 0")
    try expectRefusal(try compile(), "wrote no model", "Model not quantized")
    try installCompiler("echo garbage >\"$made\"")
    try expectRefusal(try compile(), "is not the compiled model")
    try installCompiler("head -c 100000 '\(compiled.path)' >\"$made\"")
    try expectRefusal(try compile(), "is not the compiled model")
    try installCompiler("cp \"$1\" \"$made\"")
    try expectRefusal(try compile(), "no operator for the Edge TPU")
    try installCompiler("mkdir \"$made\"")
    try expectRefusal(try compile(), "is not the compiled model")
    try installCompiler("rm -r \"$out\"")
    try expectRefusal(try compile(), "wrote no model")
  }

  @Test("Ends a compiler that hangs and its child processes, even if they ignore SIGTERM")
  func hanging() throws {
    let started = folder.appending("started")
    try installCompiler(
      """
      sh -c 'trap "" TERM; sleep 600 & wait; sleep 600' &
      echo "$$ $!" >'\(started.path)'
      wait
      """)
    try expectRefusal(
      try model("prepare-edgetpu", extractor.path, "-o", output.path, "--time-limit", "5"), "within 5 seconds")
    let processes = try String(contentsOf: started, encoding: .utf8).split(whereSeparator: \.isWhitespace)
    #expect(processes.count == 2)
    for process in processes.compactMap({ pid_t($0) }) { #expect(Imprint.hasEnded(process)) }
    #expect(try model("compile", extractor.path, "-o", output.path, "--time-limit", "0").code == 64)
  }

  @Test("Ctrl-C ends the compiler too, and leaves no file")
  func interrupted() throws {
    let started = folder.appending("started")
    try installCompiler("cp '\(compiled.path)' \"$made\"; touch '\(started.path)'; sleep 600")
    let environment =
      "export IMPRINT_EDGETPU_COMPILER='\(compiler.path)' TMPDIR='\(folder.appending("scratch").path)'"
    let outcome = try Imprint.run(
      after: environment, interruptedBy: SIGINT, once: started,
      ["model", "compile", extractor.path, "-o", output.path])
    #expect(outcome.code == 130 && outcome.stderr == "Stopped: nothing was written.\n")
    try expectNothingLeft()
  }

  @Test("Leaves an existing file unchanged on failure")
  func unchanged() throws {
    let file = folder.appending("existing.tflite")
    try Data("before".utf8).write(to: file)
    try installCompiler("exit 1")
    #expect(try model("prepare-edgetpu", extractor.path, "-o", file.path).code == 1)
    #expect(try Data(contentsOf: file) == Data("before".utf8))
    #expect(try model("prepare-edgetpu", extractor.path, "-o", extractor.path).code == 64)
  }
}
