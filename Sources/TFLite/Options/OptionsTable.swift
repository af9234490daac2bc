/// A table of options, as the schema declares it.
struct OptionsTable: Sendable {
  let name: String
  let fields: [OptionField]

  init(_ name: String, _ fields: [OptionField] = []) {
    self.name = name
    self.fields = fields
  }
}
