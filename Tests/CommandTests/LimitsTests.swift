import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

#if os(Linux)
  @Suite("Limits of the process")
  struct LimitsTests {
    private let folder: TemporaryFolder
    private let model, data: String

    init() throws {
      folder = try TemporaryFolder()
      model = folder.appending("model.tflite").path
      try ConvolutionExtractor.model(isFloat: false).serialized().write(to: URL(filePath: model))
      data = folder.appending("data").path
      for name in ["red", "blue"] {
        let place = folder.appending("data/\(name)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Bitmap.pixel(name == "red" ? [0, 0, 200] : [200, 0, 0]).write(to: place.appending(path: "0.bmp"))
      }
    }

    private var output: String { folder.appending("out.tflite").path }
    private var train: [String] { ["train", "--model", model, "--data", data, "-o", output] }

    @Test(
      "Too little address space and too few open files are refused, in words",
      arguments: [
        ("ulimit -v 60000", "address space"), ("ulimit -v 200000", "address space"),
        ("ulimit -v 500000", "address space"),
        ("ulimit -n 8", "open only 8 files"), ("ulimit -n 30", "open only 30 files"),
      ])
    func refused(limit: String, words: String) throws {
      for command in [train, ["inspect", model], ["embed", data, "--model", model, "-o", output]] {
        let outcome = try Imprint.run(after: limit, command)
        #expect(outcome.code == 64, "\(outcome.stderr)")
        #expect(outcome.stderr.contains(words), "\(outcome.stderr)")
      }
    }

    @Test(
      "OpenBLAS, which waits for memory without end, is not opened where there is too little", .timeLimit(.minutes(1)))
    func algebra() throws {
      let few = try Imprint.run(after: "ulimit -t 20; ulimit -v 700000; export OPENBLAS_NUM_THREADS=64", train)
      #expect(few.code == 1 || few.code == 0, "\(few.stderr)")
      if few.code == 1 { #expect(few.stderr.contains("address space"), "\(few.stderr)") }
    }

    @Test("A few open files are enough: the soft limit is raised")
    func raised() throws {
      #expect(try Imprint.run(after: "ulimit -Sn 10", train).code == 0)
      #expect(try Imprint.run(after: "ulimit -n 64", train).code == 0)
    }

    @Test("Files that claim a terabyte are refused at once")
    func sparse() throws {
      #expect(try Imprint.run(train).code == 0)
      let model = folder.appending("large.tflite")
      let embeddings = folder.appending("large.embeddings")
      try FileManager.default.copyItem(atPath: output, toPath: model.path)
      try FileManager.default.copyItem(at: folder.appending("out.embeddings"), to: embeddings)
      for file in [model, embeddings] { #expect(truncate(file.path, 1 << 40) == 0) }
      let picture = folder.appending("data/red/0.bmp").path
      for command in [
        ["classify", "--model", model.path, picture], ["inspect", model.path],
        ["merge", embeddings.path, "-o", folder.appending("merged.embeddings").path],
      ] {
        let outcome = try Imprint.run(after: "ulimit -t 20", command)
        #expect(outcome.code == 1, "\(command)")
        #expect(
          outcome.stderr.contains("more than any model") || outcome.stderr.contains("cut off"), "\(outcome.stderr)")
      }
      let large = folder.appending("data/red/1.jpg").path
      try Data([0xFF, 0xD8, 0xFF]).write(to: URL(filePath: large))
      #expect(truncate(large, 1 << 40) == 0)
      let episodes = try Imprint.run(
        after: "ulimit -t 20", ["evaluate", "--model", self.model, "--data", data, "--episodes", "1", "--shots", "1"])
      #expect(episodes.stderr.contains("1.jpg"), "\(episodes.stderr)")
      #expect(episodes.code >= 0)
    }
  }
#endif
