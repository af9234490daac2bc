/// How the tail that adapting gives a model stores its numbers.
public enum TailLayout: String, Sendable, Hashable, CaseIterable {
  /// In float, behind a DEQUANTIZE where the base is quantised: keeps the base's answers.
  case float
  /// In uint8 throughout, as Coral's tools read it: coarser by its nature.
  case coral
}
