import Foundation
import TestMaterial
import Testing

@Suite("imprint capture")
struct CaptureTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var bytes = Data()
    // Each flower three times, as a camera sees a thing that does not move.
    for file in try Flowers.pictures(of: "iris", 0..<5) {
      for _ in 0..<3 { bytes += try Data(contentsOf: file) }
    }
    try bytes.write(to: folder.appending("stream.mjpg"))
  }

  private func capture(_ arguments: String, after preparation: String = ":") throws -> Imprint.Outcome {
    try Imprint.run(
      script: """
        cd '\(folder.url.path)'; \(preparation)
        timeout -k 5 60 '\(Imprint.executable.path)' capture - -o data \(arguments) < stream.mjpg
        """)
  }

  private func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending("data/\(name)").path).sorted()
  }

  @Test("Saves different frames as they are, and passes over near-identical ones")
  func different() throws {
    let outcome = try capture("--class mug -n 4")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.output == "4 pictures of mug\n")
    #expect(outcome.stderr.contains("6 frames were nearly the same"))
    let saved = try Set(names("mug").map { try Data(contentsOf: folder.appending("data/mug/\($0)")) })
    #expect(try saved == Set(Flowers.pictures(of: "iris", 0..<4).map { try Data(contentsOf: $0) }))
    #expect(try capture("--class cup -n 2 --difference 0 --region 0,0,0.5,0.5").code == 0)
    #expect(try names("cup").count == 2)
    let classified = try Imprint.run(
      ["classify", "--model", Material.model("mobilenet_v2_1.0_224_quant").path, folder.appending("data").path])
    #expect(classified.code == 0 && classified.output.split(separator: "\n").count == 6)
  }

  @Test("A source that ends too early is a failure, and what it has is kept")
  func tooFew() throws {
    let outcome = try capture("--class mug -n 30")
    #expect(outcome.code == 1 && outcome.output == "5 pictures of mug\n")
    #expect(try names("mug").count == 5)
  }

  @Test("Class names that are paths, and wrong options, are wrong usage")
  func refusals() throws {
    for name in ["../x", "/tmp", "a/b", ".", "..", ".hidden", "' x'", "''"] {
      let outcome = try capture("--class \(name)")
      #expect(outcome.code == 64, "\(name): \(outcome.stderr)")
    }
    for arguments in [
      "", "--class a --class a", "--class a -n 0", "--class a --difference 1", "--class a --countdown -1",
    ] {
      #expect(try capture(arguments).code == 64, "\(arguments)")
    }
    let keys = try capture("--class a --class b")
    #expect(keys.code == 64 && keys.stderr.contains("no terminal"))
    #expect(!FileManager.default.fileExists(atPath: folder.appending("data").path))
  }

  @Test("A countdown says the seconds, and the first picture comes after it")
  func countdown() throws {
    let stream = try StreamFolder()
    try stream.writeFrames([0, 60, 120, 180, 240], named: "frames.bmp")
    // Five frames at once, and the same again after the countdown.
    try stream.writeFFmpeg("cat frames.bmp; sleep 3; cat frames.bmp; exec sleep 100")
    let outcome = try Imprint.run(
      script: """
        cd '\(stream.url.path)'; export IMPRINT_FFMPEG=./ffmpeg
        timeout -k 5 60 '\(Imprint.executable.path)' capture /dev/video9 --class mug -n 3 -o data --countdown 2 --interval 0s
        ls data/mug
        """)
    #expect(outcome.stderr.contains("2…\n"), "\(outcome.stderr)")
    let names = outcome.output.split(separator: "\n").dropFirst()
    #expect(outcome.output.hasPrefix("3 pictures of mug\n") && names.count == 3)
    #expect(names.allSatisfy { ["-6.jpg", "-7.jpg", "-8.jpg"].contains($0.suffix(6)) }, "\(outcome.output)")
  }

  @Test("A full disk ends it with an error, and leaves no part of a picture")
  func fullDisk() throws {
    let outcome = try capture("--class mug -n 4", after: "trap '' XFSZ; ulimit -f 4")
    #expect(outcome.code == 1 && outcome.stderr.contains("cannot be written"), "\(outcome.stderr)")
    #expect(try names("mug") == [])
  }

  @Test(
    "A digit saves the newest frame as its class, at once, and q ends it while no frame comes",
    .enabled(if: StreamFolder.hasTerminal, "needs script (bsdutils)"))
  func byKey() throws {
    let pictures = try Flowers.pictures(of: "iris", 0..<2).map(\.path)
    let outcome = try Imprint.run(
      script: """
        \(StreamFolder.waiting)
        cd '\(folder.url.path)'; mkdir inbox; mkfifo keys
        script -qec "'\(Imprint.executable.path)' capture inbox --class mug --class cup -o data" /dev/null \
          < keys > log 2>&1 & job=$!
        exec 9> keys
        told 'q ends'; sleep 0.5; printf 1 >&9; told 'no frame yet'
        cp '\(pictures[0])' inbox/one.jpg; sleep 2; printf 1 >&9; told 'mug 1'; printf 12 >&9; told 'cup 1'
        cp '\(pictures[1])' inbox/two.jpg; sleep 2; printf 29x >&9; told 'cup 2'; printf q >&9
        ended $job
        kill $job 2>/dev/null; exec 9>&-; cat log
        """)
    #expect(outcome.output.contains("nearly the same as an earlier frame of mug"), "\(outcome.output)")
    #expect(outcome.output.contains("1 picture of mug") && outcome.output.contains("2 pictures of cup"))
    #expect(try names("mug").count == 1)
    let cups = try Set(names("cup").map { try Data(contentsOf: folder.appending("data/cup/\($0)")) })
    #expect(try cups == Set(pictures.map { try Data(contentsOf: URL(filePath: $0)) }))
  }
}
