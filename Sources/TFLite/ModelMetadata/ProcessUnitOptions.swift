/// What is to be done on a tensor outside the model.
public enum ProcessUnitOptions: Sendable, Hashable {
  /// (x − mean) / std.
  case normalization(NormalizationOptions)
  /// Scores are calibrated with the numbers of an associated file.
  case scoreCalibration(ScoreCalibrationOptions)
  /// Scores below a threshold are left out.
  case scoreThresholding(ScoreThresholdingOptions)
  /// Text is cut into BERT's tokens.
  case bertTokenizer(BertTokenizerOptions)
  /// Text is cut by a SentencePiece model.
  case sentencePieceTokenizer(SentencePieceTokenizerOptions)
  /// Text is cut where a regular expression matches.
  case regexTokenizer(RegexTokenizerOptions)
  /// The file names a way by its number, with no options.
  case empty(UInt8)
}
