/// A model that was written of a checkpoint, for people and as JSON.
struct ExportReport: Encodable {
  let file, architecture: String
  let side: Int
  let type: String
  let classes, bytes: Int
  let testAccuracy: Double?

  var text: String {
    var lines = [
      "\(architecture) for pictures of \(side) by \(side), \(type), \(classes) classes, \(bytes) bytes"
    ]
    if let testAccuracy {
      lines.append("Of its test pictures it named \(Table.percent(testAccuracy)) right in training")
    }
    return (lines + ["Model  \(file)"]).joined(separator: "\n")
  }
}
