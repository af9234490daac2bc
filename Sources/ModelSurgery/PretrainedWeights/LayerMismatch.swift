/// What of a model's layers is not as a network has it, in words.
struct LayerMismatch: Error {
  let words: String

  init(_ words: String) { self.words = words }
}
