import Foundation
import Platform
import TestMaterial
import Testing

@Suite("imprint watch with sources and programs that fail")
struct StreamFaultsTests {
  private let folder: StreamFolder

  init() throws { folder = try StreamFolder() }

  @Test(
    "The shells of these tests hear that a job has ended: no signal is blocked",
    .enabled(if: access("/proc/self/status", R_OK) == 0))
  func signals() async throws {
    let outcome = try folder.run("grep SigBlk /proc/self/status")
    #expect(outcome.output.split(separator: "\t").last.map { Int($0.dropLast(), radix: 16) } == 0, "\(outcome.output)")
  }

  // MARK: Cameras

  @Test(
    "A camera that is in use, missing, forbidden or unplugged is told of in its own words, and opened again",
    arguments: [
      ("ioctl(VIDIOC_STREAMON): Device or resource busy", "/dev/video9: Device or resource busy", false),
      (
        "Cannot open video device /dev/video9: No such file or directory", "/dev/video9: No such file or directory",
        false
      ),
      ("Cannot open video device /dev/video9: Permission denied", "/dev/video9: Permission denied", false),
      ("ioctl(VIDIOC_DQBUF): No such device", "/dev/video9: No such device", true),
    ])
  func cameras(message: String, last: String, hasFrames: Bool) throws {
    try folder.writeFrames([0, 90, 200])
    try folder.writeFFmpeg(
      """
      echo x >> started
      echo 'Input #0, video4linux2,v4l2, from /dev/video9' >&2
      \(hasFrames ? "cat frames.bmp" : ":")
      echo '[video4linux2,v4l2 @ 0x55d0c0] \(message)' >&2; echo '\(last)' >&2; exit 1
      """)
    let once = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch /dev/video9 --no-reopen --frames")
    #expect(once.code == 3, "\(once.stderr)")
    #expect(once.stderr.contains(hasFrames ? "/dev/video9 ended: \(last)" : "/dev/video9 has no frame: \(last)"))
    #expect(try folder.lines(once).filter { $0.event == "frame" }.count == (hasFrames ? 3 : 0))
    let again = try folder.run(
      """
      rm started; touch started; export IMPRINT_FFMPEG=./ffmpeg; watching /dev/video9 2> err & job=$!
      lines 2 started
      kill $job; wait $job; cat err >&2; wc -l < started
      """)
    #expect(again.stderr.contains("it is opened again in 1 second"), "\(again.stderr)")
    #expect((Int(again.output.filter(\.isNumber).suffix(1)) ?? 0) >= 2)
  }

  @Test("A camera that breaks in the middle of a frame loses that frame only, and its answers begin anew")
  func brokenFrame() throws {
    try folder.writeFrames([0, 0, 0, 0, 0], named: "first.bmp")
    try folder.writeFrames([255, 255], named: "second.bmp")
    try folder.writeFFmpeg(
      """
      if [ -e once ]; then cat second.bmp; exec sleep 100; fi
      touch once; cat first.bmp; head -c 1000 second.bmp
      """)
    let outcome = try folder.run(
      """
      export IMPRINT_FFMPEG=./ffmpeg; watching /dev/video9 --frames --smooth 100 --margin 0 --for 0s > out 2> err & job=$!
      lines 7 out
      kill $job; wait $job; cat out; cat err >&2
      """)
    let lines = try folder.lines(outcome)
    try #require(lines.count == 7, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("it ends in the middle of a frame"))
    // The answer after the break is that of its own frame.
    #expect(lines[5].class == lines[5].classes.first?.label)
    #expect(lines[5].class != lines[4].class)
  }

  @Test("An ffmpeg before 5.1, which does not know an option, is asked in its own way")
  func olderFFmpeg() throws {
    try folder.writeFrames([1, 2])
    try folder.writeFFmpeg(
      """
      case "$*" in *-fps_mode*)
        echo "Unrecognized option 'fps_mode'." >&2; echo 'Error splitting the argument list: Option not found' >&2; exit 1
      esac
      case "$*" in *'-vsync passthrough'*) cat frames.bmp ;; esac
      """)
    let outcome = try folder.run("touch film; IMPRINT_FFMPEG=./ffmpeg watch film --frames")
    #expect(outcome.code == 0 && outcome.stderr == "", "\(outcome.stderr)")
    #expect(try folder.lines(outcome).filter { $0.event == "frame" }.map(\.frame) == [1, 2])
  }

  @Test("A film at whose frames ffmpeg fails is answered so far, told of, and not opened again")
  func brokenFilm() throws {
    try folder.writeFrames([1, 2])
    try folder.writeFFmpeg("cat frames.bmp; head -c 100 frames.bmp; kill -9 $$")
    let outcome = try folder.run("touch film; IMPRINT_FFMPEG=./ffmpeg watch film --frames")
    #expect(outcome.code == 3 && outcome.stderr.contains("film ended: it ends in the middle"), "\(outcome.stderr)")
    #expect(try folder.lines(outcome).filter { $0.event == "frame" }.map(\.frame) == [1, 2])
    // Errors in a film that ffmpeg passes over are none of the film.
    try folder.writeFFmpeg("cat frames.bmp; echo '[h264 @ 0x1] error while decoding MB 3 4' >&2")
    let whole = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch film")
    #expect(whole.code == 0 && whole.stderr == "", "\(whole.stderr)")
  }

  @Test("ffmpeg that is killed counts as a source that broke")
  func killed() throws {
    try folder.writeFrames([1, 2])
    try folder.writeFFmpeg("cat frames.bmp; kill -9 $$")
    let outcome = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch rtsp://host/x --no-reopen --frames")
    #expect(outcome.code == 3 && outcome.stderr.contains("rtsp://host/x ended"), "\(outcome.stderr)")
    #expect(try folder.lines(outcome).filter { $0.event == "frame" }.count == 2)
  }

  // MARK: Sizes

  @Test("A source may change its size: each frame is classified")
  func sizes() throws {
    for side in [40, 400, 7] { try folder.writeJPEG("\(side).jpg", width: side * 2, height: side) }
    let outcome = try folder.run("cat 40.jpg 400.jpg 7.jpg | watch - --no-drop --frames --for 0s")
    #expect(try folder.lines(outcome).map(\.frame) == [1, 2, 3], "\(outcome.stderr)")
  }

  @Test("A film whose size changes is classified to its end", .enabled(if: StreamFolder.hasFFmpeg, StreamFolder.need))
  func filmSizes() throws {
    let outcome = try folder.run(
      """
      for size in 320x240 640x360; do
        ffmpeg -nostdin -loglevel error -f lavfi -i testsrc=size=$size:rate=10 -t 1 -c:v mpeg2video -f mpegts - >> film.ts
      done
      watch film.ts --frames
      """)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    // ffmpeg may lose the frame at the joint.
    #expect(try Set(folder.lines(outcome).map(\.frame)).count >= 19)
  }

  @Test("Frames of 10 000x10 000 pixels are classified from standard input, and refused in a film or a stream")
  func large() throws {
    try folder.writeJPEG("large.jpg", width: 10_000, height: 10_000)
    let piped = try folder.run("watch - --frames < large.jpg")
    #expect(piped.code == 0, "\(piped.stderr)")
    #expect(try folder.lines(piped).first?.frame == 1)
    try StreamFolder.bitmap(width: 10_000, height: 10_000).write(to: folder.url.appending(path: "large.bmp"))
    try folder.writeFFmpeg("cat large.bmp; exec head -c 300000000 /dev/zero")
    let stream = try folder.run("IMPRINT_FFMPEG=./ffmpeg watch http://host/x --no-reopen")
    #expect(stream.code == 3 && stream.stderr.contains("too large: 10000x10000"), "\(stream.stderr)")
  }

  // MARK: Standard streams

  @Test("A closed standard input has no frame: no file that is opened later gets its number")
  func closedInput() throws {
    for _ in 0..<3 {
      let outcome = try folder.run("watch - <&-")
      #expect(outcome.code == 1 && outcome.stderr.contains("standard input has no frame"), "\(outcome.stderr)")
    }
  }

  @Test("Answers that cannot be written end it with an error", .enabled(if: access("/dev/full", W_OK) == 0))
  func fullOutput() throws {
    try folder.writeStream(3)
    let outcome = try folder.run("watch - --frames --no-drop < stream.mjpg > /dev/full")
    #expect(outcome.code == 1 && outcome.stderr.contains("standard output"), "\(outcome.stderr)")
  }

  @Test("A stream that is shorter than the time for which a class must hold is answered at its end")
  func shortStream() throws {
    try folder.writeStream(3)
    let outcome = try folder.run(
      """
      echo '#!/bin/sh\necho "$IMPRINT_CLASS" >> changes' > note; chmod +x note
      watch - --for 60s --on-change ./note < stream.mjpg; cat changes >&2
      """)
    let lines = try folder.lines(outcome)
    #expect(lines.map(\.event) == ["change"] && lines.map(\.frame) == [3], "\(outcome.stderr)")
    #expect(outcome.stderr == "\(lines.first?.class ?? "")\n")
  }

  @Test("Each picture of a folder is an answer of its own, and counts at once")
  func folderAnswers() throws {
    let pictures = try ["iris", "daisy"].map { try Flowers.pictures(of: $0, 0..<1)[0].path }
    let outcome = try folder.run(
      """
      mkdir inbox; watching inbox > out 2> err & job=$!
      watches $job
      cp '\(pictures[0])' inbox/first.jpg; lines 1 out
      cp '\(pictures[1])' inbox/second.jpg; lines 2 out
      kill $job; wait $job; cat out; cat err >&2
      """)
    let lines = try folder.lines(outcome)
    #expect(lines.map(\.frame) == [1, 2], "\(outcome.stderr)")
    for line in lines { #expect(line.class == line.classes.first?.label) }
  }

  @Test(
    "On a terminal, messages do not run into the line of the current frame, and times are those of the place",
    .enabled(if: StreamFolder.hasTerminal, "needs script (bsdutils)"))
  func terminal() throws {
    try folder.writeFrames([0, 0, 0])
    try folder.writeFFmpeg("cat frames.bmp; sleep 1; echo 'Error: the end' >&2; exit 1")
    let outcome = try folder.run(
      """
      mkfifo keys; export IMPRINT_FFMPEG=./ffmpeg TZ=UTC-5
      script -qec "'\(Imprint.executable.path)' watch /dev/video9 --model '\(StreamFolder.model)' --for 0s" /dev/null \
        < keys > log 2>&1 & job=$!
      exec 9> keys
      told 'again in 1 second'; told 'frame 6,'; date +%H:%M; printf '\\003' >&9; told Stopped; exec 9>&-; cat log
      """)
    // A return and the removal of the line stand before each text that takes the place of another.
    let lines = outcome.output.split(whereSeparator: \.isNewline).map { $0.replacing("\u{1B}[K", with: "|") }
    #expect(lines.contains { $0.hasPrefix("|Warning: /dev/video9 ended: Error: the end") }, "\(lines)")
    #expect(lines.contains("|Stopped."), "\(lines)")
    try #require(lines.count > 2)
    // The first announcement, and the clock of the place some seconds later.
    let (now, announced) = (lines[0], lines[1])
    #expect(announced.prefix(2) == now.prefix(2) || now.hasSuffix(":00"), "\(announced) at \(now)")
  }

  // MARK: Programs

  @Test("A program of --on-change that hangs is ended after ten seconds; one runs at a time, with the latest change")
  func hangingProgram() throws {
    try folder.writeFrames([0, 255, 0, 255, 0, 255])
    try folder.writeFFmpeg("cat frames.bmp")
    try folder.writeProgram("note", "echo \"$IMPRINT_FRAME\" >> changes; [ \"$IMPRINT_FRAME\" = 1 ] && exec sleep 100")
    let start = ContinuousClock.now
    let outcome = try folder.run(
      "touch film; IMPRINT_FFMPEG=./ffmpeg watch film --for 0s --smooth 1 --margin 0 --on-change ./note; cat changes >&2"
    )
    #expect(outcome.code == 0 && outcome.stderr.contains("ran for more than 10"), "\(outcome.stderr)")
    #expect(.now - start < .seconds(40))
    let changes = try folder.lines(outcome).map { "\($0.frame)" }
    #expect(changes.count > 2)
    let noted = outcome.stderr.split(separator: "\n").map(String.init).filter { Int($0) != nil }
    #expect(noted == [changes.first, changes.last], "\(outcome.stderr)")
  }

  @Test(
    "The end of the command ends the program of --on-change and ffmpeg, and what they started, also by SIGKILL",
    arguments: [SIGTERM, SIGKILL])
  func children(signal: Int32) throws {
    try folder.writeFrames([0])
    try folder.writeFFmpeg("cat frames.bmp; sleep 100 & echo $! >> pids; echo $$ >> pids; wait")
    try folder.writeProgram("note", "sleep 100 & echo $! >> pids; echo $$ >> pids; touch noted; wait")
    _ = try Imprint.run(
      after: "cd '\(folder.url.path)'; export IMPRINT_FFMPEG=./ffmpeg", interruptedBy: signal,
      once: folder.url.appending(path: "noted"),
      ["watch", "http://host/x", "--model", StreamFolder.model, "--for", "0s", "--on-change", "./note"])
    let processes = try String(contentsOf: folder.url.appending(path: "pids"), encoding: .utf8)
      .split(separator: "\n").compactMap { Int32($0) }
    #expect(processes.count == 4)
    for process in processes { #expect(Imprint.hasEnded(process)) }
  }

  // MARK: Passwords

  @Test(
    "ffmpeg itself gets a password without its being an argument or printed",
    .enabled(if: StreamFolder.hasFFmpeg, StreamFolder.need))
  func password() throws {
    // A closed port of this machine: ffmpeg tries, and prints the address in its messages.
    let address = "http://me:hunter2@127.0.0.1:9/stream.mjpg?token=tok12\n"
    try Data(address.utf8).write(to: folder.url.appending(path: "camera.txt"))
    let outcome = try folder.run(
      """
      watching @camera.txt --no-reopen 2> err & job=$!
      i=0; while kill -0 $job 2> /dev/null && [ $i -lt 600 ]; do ps -eo args > list; cat list >> all; sleep 0.02; i=$((i+1)); done
      wait $job; echo $? ; cat err >&2
      """)
    #expect(outcome.output == "3\n", "\(outcome.stderr)")
    #expect(outcome.stderr.contains("http://127.0.0.1:9/stream.mjpg") && outcome.stderr.contains("refused"))
    let processes = try String(contentsOf: folder.url.appending(path: "all"), encoding: .utf8)
    #expect(processes.contains("image2pipe"))
    for text in [outcome.stderr, processes] { #expect(!text.contains("hunter2") && !text.contains("tok12")) }
  }
}
