import Foundation
import Platform
import TestMaterial
import Testing

@Suite("imprint watch")
struct WatchTests {
  private let folder: StreamFolder

  init() throws { folder = try StreamFolder() }

  // MARK: Standard input

  @Test("Classifies each JPEG on standard input as 'classify' does")
  func jpegs() throws {
    let count = try folder.writeStream()
    let outcome = try folder.run("watch - --frames --for 0s --smooth 1 --margin 0 --no-drop < stream.mjpg")
    #expect(outcome.code == 0 && outcome.stderr == "", "\(outcome.stderr)")
    let lines = try folder.lines(outcome)
    #expect(lines.map(\.frame) == Array(1...count))
    #expect(lines.allSatisfy { $0.dropped == 0 && $0.source == "standard input" && $0.latencyMilliseconds >= 0 })
    #expect(lines[0].event == "change" && lines[0].before == nil)
    let pictures = try Flowers.pictures(of: "iris", 0..<count).map(\.path)
    let answers = try Imprint.run(["classify", "--model", StreamFolder.model, "--top-k", "1"] + pictures)
    for (line, answer) in zip(lines, answers.output.split(separator: "\n")) {
      let label = line.classes.first?.label ?? "nothing"
      #expect(answer.contains("  \(label) ") || answer.contains("nearest \(label) "))
    }
  }

  @Test("Takes raw frames of a told size, every n-th frame, a region and a turn")
  func raw() throws {
    try Data(repeating: 77, count: 8 * 4 * 3 * 5 + 7).write(to: folder.url.appending(path: "raw"))
    let outcome = try folder.run("watch - --raw 8x4 --every 2 --frames --region 0,0,0.5,1 --rotate 90 --mirror < raw")
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("ends in the middle of a frame"))
    let lines = try folder.lines(outcome)
    #expect(lines.filter { $0.event == "frame" }.map(\.frame) == [1, 3, 5])
    // Five frames are a fifth of a second, in which nothing can hold for half of one.
    #expect(lines.filter { $0.event == "change" }.map(\.frame) == [5])
    let outside = try folder.run("watch - --raw 8x4 --frames --region 100,0,10,10 < raw")
    #expect(outside.stderr.split(separator: "\n").count == 2, "\(outside.stderr)")
    #expect(outside.stderr.contains("the region"))
  }

  @Test("Standard input that closes at once, is garbage, or ends in the middle of a frame, is told of")
  func badStreams() throws {
    try folder.writeStream(3)
    let empty = try folder.run(": | watch -")
    #expect(empty.code == 1 && empty.stderr.contains("standard input has no frame"))
    let garbage = try folder.run("head -c 300000 /dev/urandom | watch -")
    #expect(garbage.code == 1 && garbage.stderr.contains("bytes of it belong to no frame"), "\(garbage.stderr)")
    let cut = try folder.run("head -c $(($(wc -c < stream.mjpg) - 100)) stream.mjpg | watch - --frames --no-drop")
    #expect(cut.code == 0 && cut.stderr.contains("ends in the middle of a frame"))
    #expect(try folder.lines(cut).filter { $0.event == "frame" }.map(\.frame) == [1, 2])
    let small = try folder.run("watch - --raw 10000x10000 < stream.mjpg")
    #expect(small.code == 1 && small.stderr.contains("in the middle of a frame"))
  }

  @Test("Wrong sources and options are told of")
  func refusals() throws {
    for (arguments, words) in [
      ("nothing", "nothing does not exist"), ("gopher://x", "gopher://"), ("@nothing", "nothing holds no source"),
    ] {
      let outcome = try folder.run("watch \(arguments)")
      #expect(outcome.code == 1 && outcome.stderr.contains(words), "\(outcome.stderr)")
    }
    for arguments in [
      "- -", "- --rotate 45", "- --rate 0", "- --every 0", "- --region 1,2,3", "- --region 0.5,0.5,0.6,0.6",
      "- --for -1s",
      "- --raw 0x5", "- --smooth 0", "- --margin 2", "", "- --test-time-augmentation five",
    ] { #expect(try folder.run("watch \(arguments)").code == 64, "\(arguments)") }
  }

  // MARK: Folders

  @Test("Answers pictures as they appear in a folder, whole, written or moved")
  func folders() throws {
    let (first, second) = (
      try Flowers.pictures(of: "iris", 0..<1)[0].path, try Flowers.pictures(of: "iris", 1..<2)[0].path
    )
    let outcome = try folder.run(
      """
      mkdir inbox; cp '\(first)' inbox/before.jpg
      '\(Imprint.executable.path)' watch inbox --model '\(StreamFolder.model)' --frames > out 2> err & job=$!
      watches $job
      head -c 2000 '\(first)' > inbox/.hidden.jpg; echo text > inbox/notes.txt
      (head -c 2000 '\(first)'; sleep 0.5; tail -c +2001 '\(first)') > inbox/one.jpg
      cp '\(second)' two.part; mv two.part inbox/two.jpg
      lines 2 out
      kill $job; wait $job; cat out; cat err >&2
      """)
    #expect(try folder.lines(outcome).map(\.frame) == [1, 2], "\(outcome.stderr)")
    let classified = try Imprint.run("classify", "--model", StreamFolder.model, "--top-k", "1", first).output
    #expect(classified.contains(try #require(try folder.lines(outcome).first?.classes.first?.label)))
  }

  // MARK: Changes

  @Test("Keeps the frames at which the class changes, under safe names, and runs a program with the answer")
  func changes() throws {
    try folder.writeStream(2)
    let labels = (0..<1001).map { "\($0)  ../\($0 % 2 == 0 ? "even" : "odd")/\($0)\n" }.joined()
    try Data(labels.utf8).write(to: folder.url.appending(path: "labels.txt"))
    let program =
      "#!/bin/sh\nprintf '%s|%s|%s|%s\\n' \"$IMPRINT_CLASS\" \"$IMPRINT_SOURCE\" \"$IMPRINT_FRAME\" "
      + "\"$IMPRINT_PICTURE\" >> '\(folder.url.path)/notes'\n"
    try Data(program.utf8).write(to: folder.url.appending(path: "note"))
    let outcome = try folder.run(
      "chmod +x note; watch - --for 0s --labels labels.txt --save-changes kept --on-change ./note < stream.mjpg")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let line = try #require(try folder.lines(outcome).first)
    #expect(line.class.hasPrefix("../"))
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "kept").path)
    #expect(kept.count >= 1)
    let name = try #require(kept.sorted().first)
    #expect(line.picture?.hasSuffix(name) == true && !name.contains("/"))
    let first = try Data(contentsOf: Flowers.pictures(of: "iris", 0..<1)[0])
    #expect(try Data(contentsOf: folder.url.appending(path: "kept/\(name)")) == first)
    let notes = try String(contentsOf: folder.url.appending(path: "notes"), encoding: .utf8)
    #expect(notes.hasPrefix("\(line.class)|standard input|1|"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).contains("even") == false)
  }

  @Test("A program that fails or is missing is told of, and does not stop the watching")
  func failingProgram() throws {
    try folder.writeStream(2)
    for (program, words) in [("false", "ended with 1"), ("./missing", "cannot be started")] {
      let outcome = try folder.run("watch - --for 0s --on-change \(program) < stream.mjpg")
      #expect(outcome.code == 0 && outcome.stderr.contains(words), "\(outcome.stderr)")
    }
  }

  @Test("A folder for the kept frames that cannot be written stops the command at its start")
  func badFolder() throws {
    try folder.writeStream(1)
    let outcome = try folder.run("touch file; watch - --save-changes file/x < stream.mjpg")
    #expect(outcome.code == 1 && outcome.output == "")
  }

  // MARK: ffmpeg

  @Test("Classifies all frames of a film, in its own time", .enabled(if: StreamFolder.hasFFmpeg, StreamFolder.need))
  func film() throws {
    let outcome = try folder.run(
      """
      ffmpeg -loglevel error -f lavfi -i testsrc=size=320x240:rate=10 -t 4 -c:v mpeg4 film.mp4 || exit 9
      watch film.mp4 --frames
      """)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let found = try folder.lines(outcome)
    #expect(found.map(\.frame) == Array(1...40))
    // Half a second of the film is 5 frames, however fast it is read.
    #expect(found.first { $0.event == "change" }.map { $0.frame >= 6 } == true)
    let rare = try folder.lines(folder.run("watch film.mp4 --frames --rate 2"))
    #expect(rare.map(\.frame) == [1, 6, 11, 16, 21, 26, 31, 36])
  }

  @Test("Several sources share a model, and each has its own answers, named")
  func severalSources() throws {
    try folder.writeFrames([0, 0, 0, 0], named: "dark")
    try folder.writeFrames([255, 255], named: "light")
    try folder.writeFFmpeg("for word in \"$@\"; do case $word in file:*) exec cat \"${word#file:}\" ;; esac; done")
    let outcome = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch dark light dark --for 0s --frames")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let lines = try folder.lines(outcome)
    let (dark, light) = (lines.filter { $0.source == "dark" }, lines.filter { $0.source == "light" })
    #expect(dark.count == 8 && light.map(\.frame) == [1, 2])
    // Each of the three announces once; the answers of the one are not averaged with those of the other.
    #expect(lines.count { $0.event == "change" } == 3)
    #expect(Set(dark.map(\.class)).count == 1 && dark[0].class == dark[0].classes.first?.label)
    #expect(light.allSatisfy { $0.class == $0.classes.first?.label })
  }

  @Test(
    "A film that is none, and a missing ffmpeg, are told of", .enabled(if: StreamFolder.hasFFmpeg, StreamFolder.need))
  func badFilms() throws {
    let none = try folder.run("head -c 50000 /dev/urandom > film.mp4; watch film.mp4")
    #expect(none.code == 1 && none.stderr.contains("film.mp4 has no frame"), "\(none.stderr)")
    let missing = try folder.run("IMPRINT_FFMPEG=no-ffmpeg watch film.mp4")
    #expect(missing.code == 1 && missing.stderr.contains("there is no no-ffmpeg"), "\(missing.stderr)")
    #expect(missing.stderr.contains("apt-get install"))
  }

  @Test("Opens a stream again with growing waits, or ends with code 3; passwords are neither printed nor arguments")
  func reopening() throws {
    try folder.writeFFmpeg(
      """
      cat > "$0.stdin"; echo "$@" >> "$0.arguments"
      echo 'rtsp://me:pass%20word@host/x?token=tok: Connection refused, pass word' >&2; exit 1
      """)
    let address = "'rtsp://me:pass%20word@host/x?token=tok'"
    let once = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch \(address) --no-reopen")
    #expect(once.code == 3, "\(once.stderr)")
    let again = try folder.run(
      "IMPRINT_FFMPEG=./ffmpeg timeout -s TERM 5 '\(Imprint.executable.path)' watch --model '\(StreamFolder.model)' \(address)"
    )
    #expect(
      again.stderr.contains("again in 1 second") && again.stderr.contains("again in 2 seconds"), "\(again.stderr)")
    #expect(again.stderr.contains("rtsp://host/x") && again.stderr.contains("Connection refused"))
    let arguments = try String(contentsOf: folder.url.appending(path: "ffmpeg.arguments"), encoding: .utf8)
    for text in [once.stderr, again.stderr, arguments] {
      for secret in ["pass%20", "pass word", "tok", "me:pass"] {
        #expect(!text.contains(secret), "\(secret) in \(text)")
      }
    }
    let list = try String(contentsOf: folder.url.appending(path: "ffmpeg.stdin"), encoding: .utf8)
    #expect(list.contains("file 'rtsp://me:pass%20word@host/x?token=tok'"))
    try Data("rtsp://me:pass@host/y\n".utf8).write(to: folder.url.appending(path: "camera.txt"))
    #expect(try folder.run("IMPRINT_FFMPEG=./ffmpeg watch @camera.txt --no-reopen").stderr.contains("rtsp://host/y"))
  }

  @Test("A stream that hangs is given up after a while")
  func hanging() throws {
    try folder.writeFFmpeg("exec sleep 100")
    let outcome = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch http://host/x --no-reopen --patience 1")
    #expect(outcome.code == 3 && outcome.stderr.contains("no frame for 1 seconds"), "\(outcome.stderr)")
  }

  @Test("A megabyte of messages neither blocks nor grows")
  func chatter() throws {
    try folder.writeFFmpeg("head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; echo 'Error: the end' >&2; exit 1")
    let outcome = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch http://host/x --no-reopen")
    #expect(outcome.code == 3 && outcome.stderr.contains("the end") && outcome.stderr.utf8.count < 2000)
  }

  @Test("The end of the command ends ffmpeg, also by SIGKILL", arguments: [SIGTERM, SIGKILL])
  func child(signal: Int32) throws {
    try folder.writeFFmpeg("echo $$ > '\(folder.url.path)/pid'; exec sleep 100")
    let pid = folder.url.appending(path: "pid")
    _ = try Imprint.run(
      after: "cd '\(folder.url.path)'; export IMPRINT_FFMPEG=./ffmpeg", interruptedBy: signal, once: pid,
      ["watch", "http://host/x", "--model", StreamFolder.model])
    Thread.sleep(forTimeInterval: 0.1)
    let process = try #require(
      Int32(try String(contentsOf: pid, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(Imprint.hasEnded(process))
  }

  // MARK: Teaching

  @Test(
    "Teaches by digits on a terminal, takes back, and saves a classifier that knows it",
    .enabled(if: StreamFolder.hasTerminal, "needs script (bsdutils)"))
  func teaching() throws {
    for (flower, name) in [("daisy", "mug"), ("iris", "cup")] {
      for (place, file) in try Flowers.pictures(of: flower, 0..<3).enumerated() {
        try FileManager.default.copyItem(at: file, to: folder.url.appending(path: "\(name)\(place).jpg"))
      }
    }
    let outcome = try folder.run(
      """
      mkdir inbox; mkfifo keys
      script -qec "'\(Imprint.executable.path)' watch inbox --teach --model '\(Flowers.extractor)' --class mug --class cup \
        -o taught.tflite" /dev/null < keys > log 2>&1 & job=$!
      exec 9> keys
      told 'q saves'; sleep 2
      # Once a picture is on the screen, a key counts for it, and nothing else has to come.
      n=0; show() { n=$((n+1)); cp "$2" inbox/$n.jpg; told "frame $n,"; printf "$1" >&9; told "$3"; }
      printf 1 >&9; told 'no frame yet'
      show 1 mug0.jpg 'mug 1'; show 1 mug1.jpg 'mug 2'; show 2 cup0.jpg 'cup 1'; show 2 cup1.jpg 'cup 2'
      show 1 mug1.jpg 'nearly the same'; show 1 cup2.jpg 'mug 3'; printf u >&9; told 'taken back'; printf q >&9
      ended $job
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
    ] { #expect(try folder.run("mkdir -p inbox; watch \(arguments)").code == 64, "\(arguments)") }
  }

  // MARK: MQTT

  @Test(
    "Its lines can be piped into mosquitto_pub",
    .enabled(if: StreamFolder.hasBroker, "needs mosquitto and mosquitto-clients"))
  func mqtt() throws {
    try folder.writeStream(2)
    let port = 20_000 + Int(getpid()) % 20_000
    // The message for Home Assistant, as the page shows it.
    let page = try String(contentsOf: Material.packageRoot.appending(path: "Documentation/cameras.md"), encoding: .utf8)
    let start = try #require(page.firstRange(of: "mosquitto_pub -h broker -r -t homeassistant"))
    let end = try #require(page[start.lowerBound...].firstRange(of: "```"))
    let announcement = page[start.lowerBound..<end.lowerBound]
    let outcome = try folder.run(
      """
      printf 'listener \(port) 127.0.0.1\\nallow_anonymous true\\n' > broker.conf
      mosquitto -c broker.conf </dev/null >/dev/null 2>&1 & broker=$!
      sleep 1
      timeout -k 5 20 mosquitto_sub -p \(port) -t imprint/garden -C 1 > got & sub=$!
      sleep 0.5
      watch - --for 0s < stream.mjpg | mosquitto_pub -p \(port) -l -t imprint/garden
      wait $sub
      \(announcement.replacing("-h broker", with: "-h 127.0.0.1 -p \(port)"))
      timeout -k 5 20 mosquitto_sub -p \(port) -t 'homeassistant/#' -C 1 > config
      kill -9 $broker; cat got
      """)
    #expect(try folder.lines(outcome).first?.event == "change", "\(outcome.stderr)")
    struct Sensor: Decodable {
      let state_topic, value_template, unique_id: String
    }
    let config = try Data(contentsOf: folder.url.appending(path: "config"))
    let sensor = try JSONDecoder().decode(Sensor.self, from: config)
    #expect(sensor.state_topic == "imprint/garden" && sensor.value_template == "{{ value_json.class }}")
  }
}
