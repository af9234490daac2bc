/// A field of a table, by its place in the schema.
struct Field: Sendable {
  let slot: Int
  let name: String

  init(_ slot: Int, _ name: String) {
    self.slot = slot
    self.name = name
  }
}
