extension HeadError {
  /// Checks a setting that has to be a positive number.
  static func checkPositive(_ value: Double, name: String) throws(HeadError) {
    guard value > 0, value.isFinite, Float(value).isFinite else {
      throw .badSetting(name: name, value: "\(value)", needed: "a number above 0")
    }
  }

  /// Checks a setting that has to be a number from 0.
  static func checkNotNegative(_ value: Double, name: String) throws(HeadError) {
    guard value >= 0, value.isFinite else {
      throw .badSetting(name: name, value: "\(value)", needed: "a number from 0")
    }
  }

  /// Checks a setting that counts something.
  static func checkCount(_ value: Int, name: String) throws(HeadError) {
    guard value > 0 else { throw .badSetting(name: name, value: "\(value)", needed: "a whole number from 1") }
  }

  /// Checks that there are classes to tell apart.
  static func checkClasses(_ seen: EmbeddingSet) throws(HeadError) {
    guard seen.classes.count > 1 else { throw .tooFewClasses(seen.classes.count) }
  }
}
