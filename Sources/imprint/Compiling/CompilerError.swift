/// Why a model was not compiled for the Edge TPU.
enum CompilerError: Error, Hashable {
  case notInstalled(String)
  case unusable(String, reason: String)
  /// The model is not what the compiler takes.
  case notReady(model: String, reasons: String)
  /// It exited with an error; the words are its own.
  case failed(code: Int32, words: String?)
  case hung(seconds: Int)
  case nothingWritten(words: String?)
  /// What it wrote is no model, or not a compiled form of the one that it was given.
  case wrongOutput(reason: String)
}

extension CompilerError: CustomStringConvertible {
  /// A sentence that names what is wrong and the way out.
  var description: String {
    switch self {
    case .notInstalled(let program):
      """
      there is no \(program): the compiler is Coral's, and runs on Linux on x86-64. Add Coral's package repository \
      (coral-edgetpu-stable) to apt as the page on the Edge TPU Compiler in Coral's documentation shows, then \
      'sudo apt-get install edgetpu-compiler'; or name the program with IMPRINT_EDGETPU_COMPILER
      """
    case .unusable(let program, let reason):
      "\(program) cannot be run (\(reason)): the compiler runs on Linux on x86-64; name another with IMPRINT_EDGETPU_COMPILER"
    case .notReady(let model, let reasons):
      """
      the compiler would refuse \(model): \(reasons). 'imprint model quantize' makes 8-bit models; --unchecked asks the \
      compiler all the same
      """
    case .failed(let code, let words):
      "the compiler exited with \(code)\(words.map { ": \($0)" } ?? " and said nothing"). Nothing was written"
    case .hung(let seconds):
      "the compiler was not done after \(seconds) seconds and was ended; --time-limit gives it longer. Nothing was written"
    case .nothingWritten(let words):
      "the compiler exited without an error, and without a model\(words.map { ": \($0)" } ?? ""). Nothing was written"
    case .wrongOutput(let reason):
      "what the compiler wrote is not the compiled model: \(reason). Nothing was written"
    }
  }
}
