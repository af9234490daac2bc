import Testing

@testable import Training

@Suite("Names of TFRecord files")
struct RecordFileNameTests {
  @Test(
    "Recognises the split in a file name",
    arguments: [
      ("train-00000-of-00010", .train), ("validation-00127-of-00128", .validation), ("flowers_train.tfrecord", .train),
      ("flowers_validation_00000-of-00005.tfrecord", .validation), ("cars-Test.tfrecords", .test), ("a.tfrec", nil),
      ("trainers.tfrecord", nil), ("mnist-val.tfrecord-00000-of-00001", .validation), ("x.eval.tfrecord.gz", .test),
    ] as [(String, RecordSplit?)])
  func splits(name: String, split: RecordSplit?) throws {
    #expect(try #require(RecordFileName(name)).split == split)
  }

  @Test("Recognises the shard's number and count")
  func numbers() throws {
    let shard = try #require(RecordFileName("flowers_train_00003-of-00005.tfrecord")?.shard)
    #expect(shard == ("flowers_train_", 3, 5))
    #expect(RecordFileName("train.tfrecord")?.shard == nil)
  }

  @Test(
    "Rejects names of other files",
    arguments: [
      "labels.txt", "photo-1-of-3.jpg", "model.ckpt.data-00000-of-00001", ".train-00000-of-00001", "train", ".tfrecord",
      "a-of-b", "99999999999999999999-of-1", "train-00000-of-00001.json",
    ])
  func otherFiles(name: String) {
    #expect(RecordFileName(name) == nil)
  }
}
