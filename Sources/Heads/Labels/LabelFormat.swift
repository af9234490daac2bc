/// The layout of a label file.
public enum LabelFormat: String, Sendable, Hashable, CaseIterable {
  /// Lines of `<id>  <label>`, as Coral writes them.
  case indexed
  /// One label a line, the first of which is class 0, for readers that take the whole line as the name.
  case plain
}

extension Labels {
  /// Returns the text of a label file.
  ///
  /// - Parameters:
  ///   - format: Its layout.
  ///   - count: The number of the model's classes; in the plain layout a class without a name is an empty line.
  public func text(_ format: LabelFormat, count: Int) -> String {
    switch format {
    case .indexed: text
    case .plain: lines(count: count).map { $0 + "\n" }.joined()
    }
  }
}
