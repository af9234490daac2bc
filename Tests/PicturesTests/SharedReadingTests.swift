import Foundation
import Pictures
import Synchronization
import TestMaterial
import Testing

@Suite(
  "Reading a picture once for several tensors",
  .enabled(if: Libraries.hasTurboJPEG && Libraries.hasVips, Libraries.vipsNeed))
struct SharedReadingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // Different and shared scales, all resizing methods, and one tensor larger than most pictures.
  private func readers(_ side: Int) throws -> [PictureReader] {
    try [
      PictureReader(width: side, height: side), PictureReader(width: (4 * side + 2) / 3, height: (4 * side + 2) / 3),
      PictureReader(width: side, height: side, resize: .squash),
      PictureReader(width: side, height: side / 2, resize: .pad),
      PictureReader(width: 3 * side, height: 2 * side, resize: .nearest),
      PictureReader(width: side, height: side, resize: .crop(fraction: 0.875)),
    ]
  }

  private func expectEqual(_ file: URL, _ readers: [PictureReader]) throws {
    let shared = try PictureReader.read(file, by: readers)
    #expect(shared.count == readers.count)
    for (tensor, reader) in zip(shared, readers) {
      #expect(
        try tensor == reader.read(file), "\(file.lastPathComponent) \(reader.width)x\(reader.height) \(reader.resize)")
    }
  }

  @Test(
    "Photographs give the same pixels as when each reader reads them alone", arguments: [40, 96, 224])
  func photographs(side: Int) throws {
    let classes = try LabelledPictures(folder: Material.flowers17).classes
    let readers = try readers(side)
    for item in classes { for file in item.pictures.prefix(2) { try expectEqual(file, readers) } }
  }

  @Test(
    "Every chroma subsampling and orientation, in one scan and in several, gives the same pixels",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func samplings() throws {
    let picture = try #require(LabelledPictures(folder: Material.flowers17).classes.first?.pictures.first)
    let script = """
      import sys
      from PIL import Image
      im = Image.open(sys.argv[1]).convert("RGB")
      for sampling in range(3):
          for orientation in range(1, 9):
              exif = Image.Exif()
              exif[0x0112] = orientation
              im.crop((0, 0, 401 + 16 * orientation, 487)).save(
                  f"{sys.argv[2]}/{sampling}-{orientation}.jpg", subsampling=sampling, exif=exif,
                  progressive=orientation % 2 == 0)
      im.convert("L").save(f"{sys.argv[2]}/grey.jpg")
      im.save(f"{sys.argv[2]}/colour.png")
      """
    _ = try Python.run(script, [picture.path, folder.url.path])
    let files = try FileManager.default.contentsOfDirectory(at: folder.url, includingPropertiesForKeys: nil)
    #expect(files.count == 26)
    let readers = try readers(112)
    for file in files { try expectEqual(file, readers) }
  }

  @Test("All other formats give the same pixels")
  func formats() throws {
    let fixtures: [Fixture] = [
      .jpeg, .progressiveJPEG, .greyJPEG, .cmykJPEG, .png, .turnedPNG, .rgba16PNG, .palettePNG, .webP, .turnedWebP,
      .gif,
      .tiff, .turnedTIFF, .cmykTIFF,
    ]
    let readers = try readers(12)
    for (place, fixture) in fixtures.enumerated() {
      let file = folder.appending("\(place)")
      try Data(fixture.bytes).write(to: file)
      try expectEqual(file, readers)
    }
    #expect(try PictureReader.read(folder.appending("0"), by: []).isEmpty)
  }

  @Test("A truncated or missing file is an error, as for a single reader")
  func broken() throws {
    let readers = try readers(12)
    for (place, fixture) in [Fixture.jpeg, .png].enumerated() {
      let file = folder.appending("\(place)")
      try Data(fixture.bytes.prefix(fixture.bytes.count / 2)).write(to: file)
      #expect(throws: PictureError.self) { try PictureReader.read(file, by: readers) }
    }
    #expect(throws: PictureError.self) { try PictureReader.read(folder.appending("missing"), by: readers) }
  }

  @Test("The time of each step is reported, whether rows are streamed or not")
  func timing() throws {
    for (place, fixture) in [Fixture.jpeg, .png].enumerated() {
      let file = folder.appending("\(place)")
      try Data(fixture.bytes).write(to: file)
      let times = Mutex<[PictureTiming.Step: Duration]>([:])
      let timing = PictureTiming { step, time in times.withLock { $0[step, default: .zero] += time } }
      let reader = try PictureReader(width: 8, height: 8)
      #expect(try reader.read(file, timing: timing) == reader.read(file))
      let reported = times.withLock { $0 }
      #expect(Set(reported.keys) == [.reading, .decoding, .resizing])
      #expect(reported.values.allSatisfy { $0 >= .zero })
    }
  }
}

@Suite("Reading from many threads", .enabled(if: Libraries.hasTurboJPEG && Libraries.hasVips, Libraries.vipsNeed))
struct ConcurrentReadingTests {
  @Test("One reader serves many tasks at once, each with its own pictures and errors")
  func tasks() async throws {
    let reader = try PictureReader(width: 16, height: 12, resize: .nearest)
    let fixtures = [Fixture.jpeg, .png, .gif, .cmykJPEG, .tiff, .progressiveJPEG, .webP]
    let expected = try fixtures.map { fixture in try fixture.bytes.withUnsafeBytes { try reader.read($0) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<16 {
        group.addTask {
          for round in 0..<20 {
            let index = (task + round) % fixtures.count
            let found = try fixtures[index].bytes.withUnsafeBytes { try reader.read($0) }
            #expect(found == expected[index])
            #expect(throws: PictureError.self) {
              try fixtures[index].bytes.prefix(60).withUnsafeBytes { try reader.read($0) }
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
