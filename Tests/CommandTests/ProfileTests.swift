import Foundation
import TestMaterial
import Testing

@Suite("--profile")
struct ProfileTests {
  private struct Report: Decodable {
    struct Profile: Decodable {
      struct Row: Decodable {
        let step: String
        let share: Double
      }

      let pictures: Int
      let workers: Int
      let steps: [Row]
    }

    let profile: Profile?
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Prints a table on standard error, or an object in JSON, only on request")
  func all() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    let model = folder.appending("flowers.tflite")
    let train = ["train", "--model", Flowers.extractor, "--data", data.path, "--output", model.path]
    let plain = try Imprint.run(train)
    #expect(plain.stderr == "")
    #expect(!plain.output.contains("Profile:"))
    #expect(try Imprint.run(train + ["--json"]).decoded(as: Report.self).profile == nil)
    // Pictures whose embeddings are cached are not read.
    let shown = try Imprint.run(train + ["--profile", "--no-cache"])
    #expect(shown.stderr.hasPrefix("Profile: 8 pictures in "))
    for step in ["decoding", "resizing", "inference", "solving", "saving", "waiting"] {
      #expect(shown.stderr.contains("\n  \(step) "), "\(step)")
    }
    for command in [
      train, ["evaluate", "--model", model.path, "--data", data.path],
      ["embed", data.path, "--model", Flowers.extractor, "-o", folder.appending("flowers.embeddings").path],
    ] {
      let run = try Imprint.run(command + ["--profile", "--json", "--threads", "1", "--no-cache"])
      #expect(run.stderr == "")
      let profile = try #require(run.decoded(as: Report.self).profile)
      #expect(profile.pictures == 8)
      #expect(profile.workers == 1)
      #expect(abs(profile.steps.reduce(0) { $0 + $1.share } - 1) < 1e-6)
    }
    let answers = try Imprint.run("classify", "--model", model.path, "--profile", data.path)
    #expect(answers.output.split(separator: "\n").count == 8)
    #expect(answers.stderr.hasPrefix("Profile: 8 pictures in "))
  }

  @Test("Rejects --profile with --episodes")
  func episodes() throws {
    let run = try Imprint.run("evaluate", "--data", folder.url.path, "--episodes", "2", "--profile")
    #expect(run.code == 64)
    #expect(run.stderr.contains("--profile"))
  }
}
