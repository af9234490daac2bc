import Foundation
import Platform
import TestMaterial
import Testing

@Suite("imprint watch")
struct WatchTests {
  private struct Line: Decodable {
    struct Found: Decodable { let label: String }

    let event, time, source: String
    let frame: Int
    let `class`: String
    let score: Double
    let before: String?
    let classes: [Found]
    let latencyMilliseconds: Double
    let dropped: Int
    let picture: String?
  }

  private static let hasFFmpeg = (try? Imprint.run(script: "command -v ffmpeg").code) == 0
  private static let need: Comment = "needs ffmpeg (apt-get install ffmpeg)"
  private static let hasBroker =
    (try? Imprint.run(script: "command -v mosquitto mosquitto_pub mosquitto_sub").code) == 0

  private let folder: TemporaryFolder
  private let model = Material.model("mobilenet_v2_1.0_224_quant").path

  init() throws { folder = try TemporaryFolder() }

  /// Runs commands in a shell in the folder; `$imprint` is the command with its subcommand and the model.
  private func run(_ script: String) throws -> Imprint.Outcome {
    try Imprint.run(
      script: """
        cd '\(folder.url.path)'
        export XDG_CACHE_HOME='\(Imprint.cache.path)'
        watch() { timeout 60 '\(Imprint.executable.path)' watch --model '\(model)' "$@"; }
        \(script)
        """)
  }

  private func lines(_ outcome: Imprint.Outcome) throws -> [Line] {
    try outcome.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  /// Writes some flowers as concatenated JPEGs, and returns how many.
  @discardableResult
  private func writeStream(_ count: Int = 6, named name: String = "stream.mjpg") throws -> Int {
    var bytes = Data()
    for file in try Flowers.pictures(of: "iris", 0..<count) { bytes += try Data(contentsOf: file) }
    try bytes.write(to: folder.appending(name))
    return count
  }

  // MARK: Standard input

  @Test("Classifies each JPEG on standard input as 'classify' does")
  func jpegs() throws {
    let count = try writeStream()
    let outcome = try run("watch - --frames --for 0s --smooth 1 --margin 0 --no-drop < stream.mjpg")
    #expect(outcome.code == 0 && outcome.stderr == "", "\(outcome.stderr)")
    let lines = try lines(outcome)
    #expect(lines.map(\.frame) == Array(1...count))
    #expect(lines.allSatisfy { $0.dropped == 0 && $0.source == "standard input" && $0.latencyMilliseconds >= 0 })
    #expect(lines[0].event == "change" && lines[0].before == nil)
    let pictures = try Flowers.pictures(of: "iris", 0..<count).map(\.path)
    let answers = try Imprint.run(["classify", "--model", model, "--top-k", "1"] + pictures)
    for (line, answer) in zip(lines, answers.output.split(separator: "\n")) {
      let label = line.classes.first?.label ?? "nothing"
      #expect(answer.contains("  \(label) ") || answer.contains("nearest \(label) "))
    }
  }

  @Test("Takes raw frames of a told size, every n-th frame, a region and a turn")
  func raw() throws {
    try Data(repeating: 77, count: 8 * 4 * 3 * 5 + 7).write(to: folder.appending("raw"))
    let outcome = try run("watch - --raw 8x4 --every 2 --frames --region 0,0,0.5,1 --rotate 90 --mirror < raw")
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("ends in the middle of a frame"))
    #expect(try lines(outcome).map(\.frame) == [1, 3, 5])
    let outside = try run("watch - --raw 8x4 --frames --region 100,0,10,10 < raw")
    #expect(outside.stderr.split(separator: "\n").count == 2, "\(outside.stderr)")
    #expect(outside.stderr.contains("the region"))
  }

  @Test("Standard input that closes at once, is garbage, or ends in the middle of a frame, is told of")
  func badStreams() throws {
    try writeStream(3)
    let empty = try run(": | watch -")
    #expect(empty.code == 1 && empty.stderr.contains("standard input has no frame"))
    let garbage = try run("head -c 300000 /dev/urandom | watch -")
    #expect(garbage.code == 1 && garbage.stderr.contains("bytes of it belong to no frame"), "\(garbage.stderr)")
    let cut = try run("head -c $(($(wc -c < stream.mjpg) - 100)) stream.mjpg | watch - --frames --no-drop")
    #expect(cut.code == 0 && cut.stderr.contains("ends in the middle of a frame"))
    #expect(try lines(cut).map(\.frame) == [1, 2])
    let small = try run("watch - --raw 10000x10000 < stream.mjpg")
    #expect(small.code == 1 && small.stderr.contains("in the middle of a frame"))
  }

  @Test("Wrong sources and options are told of")
  func refusals() throws {
    for (arguments, words) in [
      ("nothing", "nothing does not exist"), ("gopher://x", "gopher://"), ("@nothing", "nothing holds no source"),
    ] {
      let outcome = try run("watch \(arguments)")
      #expect(outcome.code == 1 && outcome.stderr.contains(words), "\(outcome.stderr)")
    }
    for arguments in [
      "- -", "- --rotate 45", "- --rate 0", "- --every 0", "- --region 1,2,3", "- --region 0.5,0.5,0.6,0.6",
      "- --for -1s",
      "- --raw 0x5", "- --smooth 0", "- --margin 2", "", "- --test-time-augmentation five",
    ] { #expect(try run("watch \(arguments)").code == 64, "\(arguments)") }
  }

  // MARK: Folders

  @Test("Answers pictures as they appear in a folder, whole, written or moved")
  func folders() throws {
    let (first, second) = (
      try Flowers.pictures(of: "iris", 0..<1)[0].path, try Flowers.pictures(of: "iris", 1..<2)[0].path
    )
    let outcome = try run(
      """
      mkdir inbox; cp '\(first)' inbox/before.jpg
      '\(Imprint.executable.path)' watch inbox --model '\(model)' --frames > out 2> err & job=$!
      i=0; while ! grep -q libLiteRt /proc/$job/maps 2>/dev/null && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done
      sleep 1
      head -c 2000 '\(first)' > inbox/.hidden.jpg; echo text > inbox/notes.txt
      (head -c 2000 '\(first)'; sleep 0.5; tail -c +2001 '\(first)') > inbox/one.jpg
      cp '\(second)' two.part; mv two.part inbox/two.jpg
      i=0; while [ $(wc -l < out) -lt 2 ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done
      kill $job; wait $job; cat out; cat err >&2
      """)
    #expect(try lines(outcome).map(\.frame) == [1, 2], "\(outcome.stderr)")
    let classified = try Imprint.run("classify", "--model", model, "--top-k", "1", first).output
    #expect(classified.contains(try #require(try lines(outcome).first?.classes.first?.label)))
  }

  // MARK: Changes

  @Test("Keeps the frames at which the class changes, under safe names, and runs a program with the answer")
  func changes() throws {
    try writeStream(2)
    let labels = (0..<1001).map { "\($0)  ../\($0 % 2 == 0 ? "even" : "odd")/\($0)\n" }.joined()
    try Data(labels.utf8).write(to: folder.appending("labels.txt"))
    let program =
      "#!/bin/sh\nprintf '%s|%s|%s|%s\\n' \"$IMPRINT_CLASS\" \"$IMPRINT_SOURCE\" \"$IMPRINT_FRAME\" "
      + "\"$IMPRINT_PICTURE\" >> '\(folder.url.path)/notes'\n"
    try Data(program.utf8).write(to: folder.appending("note"))
    let outcome = try run(
      "chmod +x note; watch - --for 0s --labels labels.txt --save-changes kept --on-change ./note < stream.mjpg")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let line = try #require(try lines(outcome).first)
    #expect(line.class.hasPrefix("../"))
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.appending("kept").path)
    #expect(kept.count >= 1)
    let name = try #require(kept.sorted().first)
    #expect(line.picture?.hasSuffix(name) == true && !name.contains("/"))
    let first = try Data(contentsOf: Flowers.pictures(of: "iris", 0..<1)[0])
    #expect(try Data(contentsOf: folder.appending("kept/\(name)")) == first)
    let notes = try String(contentsOf: folder.appending("notes"), encoding: .utf8)
    #expect(notes.hasPrefix("\(line.class)|standard input|1|"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).contains("even") == false)
  }

  @Test("A program that fails or is missing is told of, and does not stop the watching")
  func failingProgram() throws {
    try writeStream(2)
    for (program, words) in [("false", "ended with 1"), ("./missing", "cannot be started")] {
      let outcome = try run("watch - --for 0s --on-change \(program) < stream.mjpg")
      #expect(outcome.code == 0 && outcome.stderr.contains(words), "\(outcome.stderr)")
    }
  }

  @Test("A folder for the kept frames that cannot be written stops the command at its start")
  func badFolder() throws {
    try writeStream(1)
    let outcome = try run("touch file; watch - --save-changes file/x < stream.mjpg")
    #expect(outcome.code == 1 && outcome.output == "")
  }

  // MARK: ffmpeg

  @Test("Classifies all frames of a film, in its own time", .enabled(if: hasFFmpeg, need))
  func film() throws {
    let outcome = try run(
      """
      ffmpeg -loglevel error -f lavfi -i testsrc=size=320x240:rate=10 -t 4 -c:v mpeg4 film.mp4 || exit 9
      watch film.mp4 --frames
      """)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let found = try lines(outcome)
    #expect(found.map(\.frame) == Array(1...40))
    // Half a second of the film is 5 frames, however fast it is read.
    #expect(found.first { $0.event == "change" }.map { $0.frame >= 6 } == true)
  }

  @Test("A film that is none, and a missing ffmpeg, are told of", .enabled(if: hasFFmpeg, need))
  func badFilms() throws {
    let none = try run("head -c 50000 /dev/urandom > film.mp4; watch film.mp4")
    #expect(none.code == 1 && none.stderr.contains("film.mp4 has no frame"), "\(none.stderr)")
    let missing = try run("IMPRINT_FFMPEG=no-ffmpeg watch film.mp4")
    #expect(missing.code == 1 && missing.stderr.contains("there is no no-ffmpeg"), "\(missing.stderr)")
    #expect(missing.stderr.contains("apt-get install"))
  }

  /// Writes a program in place of ffmpeg.
  private func standIn(_ script: String) throws {
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: folder.appending("ffmpeg"))
    _ = try run("chmod +x ffmpeg")
  }

  @Test("Opens a stream again with growing waits, or ends with code 3; passwords are neither printed nor arguments")
  func reopening() throws {
    try standIn(
      """
      cat > "$0.stdin"; echo "$@" >> "$0.arguments"
      echo 'rtsp://me:pass%20word@host/x?token=tok: Connection refused, pass word' >&2; exit 1
      """)
    let address = "'rtsp://me:pass%20word@host/x?token=tok'"
    let once = try run("IMPRINT_FFMPEG=./ffmpeg watch \(address) --no-reopen")
    #expect(once.code == 3, "\(once.stderr)")
    let again = try run(
      "IMPRINT_FFMPEG=./ffmpeg timeout -s TERM 5 '\(Imprint.executable.path)' watch --model '\(model)' \(address)")
    #expect(
      again.stderr.contains("again in 1 second") && again.stderr.contains("again in 2 seconds"), "\(again.stderr)")
    #expect(again.stderr.contains("rtsp://host/x") && again.stderr.contains("Connection refused"))
    let arguments = try String(contentsOf: folder.appending("ffmpeg.arguments"), encoding: .utf8)
    for text in [once.stderr, again.stderr, arguments] {
      for secret in ["pass%20", "pass word", "tok", "me:pass"] {
        #expect(!text.contains(secret), "\(secret) in \(text)")
      }
    }
    let list = try String(contentsOf: folder.appending("ffmpeg.stdin"), encoding: .utf8)
    #expect(list.contains("file 'rtsp://me:pass%20word@host/x?token=tok'"))
    try Data("rtsp://me:pass@host/y\n".utf8).write(to: folder.appending("camera.txt"))
    #expect(try run("IMPRINT_FFMPEG=./ffmpeg watch @camera.txt --no-reopen").stderr.contains("rtsp://host/y"))
  }

  @Test("A stream that hangs is given up after a while")
  func hanging() throws {
    try standIn("exec sleep 100")
    let outcome = try run("IMPRINT_FFMPEG=./ffmpeg watch http://host/x --no-reopen --patience 1")
    #expect(outcome.code == 3 && outcome.stderr.contains("no frame for 1 seconds"), "\(outcome.stderr)")
  }

  @Test("A megabyte of messages neither blocks nor grows")
  func chatter() throws {
    try standIn("head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; echo 'Error: the end' >&2; exit 1")
    let outcome = try run("IMPRINT_FFMPEG=./ffmpeg watch http://host/x --no-reopen")
    #expect(outcome.code == 3 && outcome.stderr.contains("the end") && outcome.stderr.utf8.count < 2000)
  }

  @Test("The end of the command ends ffmpeg, also by SIGKILL", arguments: [SIGTERM, SIGKILL])
  func child(signal: Int32) throws {
    try standIn("echo $$ > '\(folder.url.path)/pid'; exec sleep 100")
    let pid = folder.appending("pid")
    _ = try Imprint.run(
      after: "cd '\(folder.url.path)'; export IMPRINT_FFMPEG=./ffmpeg", interruptedBy: signal, once: pid,
      ["watch", "http://host/x", "--model", model])
    Thread.sleep(forTimeInterval: 0.1)
    let process = try #require(
      Int32(try String(contentsOf: pid, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(Imprint.hasEnded(process))
  }

  // MARK: Teaching

  /// Whether `script` can give the command a terminal.
  private static let hasTerminal = (try? Imprint.run(script: "script -qec true /dev/null").code) == 0

  @Test(
    "Teaches by digits on a terminal, takes back, and saves a classifier that knows it",
    .enabled(if: hasTerminal, "needs script (bsdutils)"))
  func teaching() throws {
    for (flower, name) in [("daisy", "mug"), ("iris", "cup")] {
      for (place, file) in try Flowers.pictures(of: flower, 0..<3).enumerated() {
        try FileManager.default.copyItem(at: file, to: folder.appending("\(name)\(place).jpg"))
      }
    }
    // A key counts for the frame that comes next: each picture appears once its key was pressed.
    let outcome = try run(
      """
      mkdir inbox; mkfifo keys
      script -qec "'\(Imprint.executable.path)' watch inbox --teach --model '\(Flowers.extractor)' --class mug --class cup \
        -o taught.tflite" /dev/null < keys > log 2>&1 & job=$!
      exec 9> keys
      i=0; while ! grep -q 'q saves' log && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; sleep 1
      show() { printf "$1" >&9; sleep 0.5; cp "$2" inbox/$3; sleep 1.5; }
      show 1 mug0.jpg a.jpg; show 1 mug1.jpg b.jpg; show 2 cup0.jpg c.jpg; show 2 cup1.jpg d.jpg
      show 1 mug1.jpg again.jpg; show 1 cup2.jpg wrong.jpg; show u mug2.jpg e.jpg; show q mug2.jpg f.jpg
      i=0; while kill -0 $job 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done
      exec 9>&-; kill $job 2>/dev/null; tr '\\r' '\\n' < log
      '\(Imprint.executable.path)' classify --model taught.tflite --unknown never --top-k 1 mug2.jpg cup2.jpg
      """)
    #expect(outcome.output.contains("nearly the same as an earlier frame of mug"), "\(outcome.output)")
    #expect(outcome.output.contains("taken back: mug"))
    #expect(outcome.output.contains("2 pictures of mug") && outcome.output.contains("2 pictures of cup"))
    #expect(outcome.output.contains("mug2.jpg  mug ") && outcome.output.contains("cup2.jpg  cup "), "\(outcome.output)")
  }

  @Test("Teaching without a terminal, or with wrong classes, is wrong usage")
  func teachingRefusals() throws {
    for arguments in [
      "inbox --teach --class a -o t.tflite", "inbox --teach --class a/b -o t.tflite", "inbox --teach --class a",
      "inbox --class a", "inbox inbox --teach --class a -o t.tflite", "inbox --teach -o t.tflite",
    ] { #expect(try run("mkdir -p inbox; watch \(arguments)").code == 64, "\(arguments)") }
  }

  // MARK: MQTT

  @Test(
    "Its lines can be piped into mosquitto_pub", .enabled(if: hasBroker, "needs mosquitto and mosquitto-clients"))
  func mqtt() throws {
    try writeStream(2)
    let port = 20_000 + Int(getpid()) % 20_000
    let outcome = try run(
      """
      printf 'listener \(port) 127.0.0.1\\nallow_anonymous true\\n' > broker.conf
      mosquitto -c broker.conf </dev/null >/dev/null 2>&1 & broker=$!
      sleep 1
      timeout 20 mosquitto_sub -p \(port) -t imprint/garden -C 1 > got & sub=$!
      sleep 0.5
      watch - --for 0s < stream.mjpg | mosquitto_pub -p \(port) -l -t imprint/garden
      wait $sub; kill -9 $broker; cat got
      """)
    #expect(try lines(outcome).first?.event == "change", "\(outcome.stderr)")
  }
}
