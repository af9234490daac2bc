import ArgumentParser
import ModelSurgery
import TFLite

/// The options of the commands that run the Edge TPU's compiler.
struct CompilerOptions: ParsableArguments {
  @Option(help: "The oldest Edge TPU runtime that is to run the model, by its number. (default: the compiler's own)")
  var minRuntimeVersion: Int?

  @Option(help: ArgumentHelp("The time that the compiler may take.", valueName: "seconds"))
  var timeLimit = EdgeTPUCompiler.usualSeconds

  @Flag(help: "Ask the compiler also where it would refuse the model by what is known of it.")
  var unchecked = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (1...86_400).contains(timeLimit) else {
      throw ValidationError("--time-limit is \(timeLimit); it takes a number of seconds from 1 to 86400")
    }
    if let minRuntimeVersion, !(1...1000).contains(minRuntimeVersion) {
      throw ValidationError("--min-runtime-version is \(minRuntimeVersion); it takes a runtime's number, such as 13")
    }
  }

  /// Compiles a model, unless it is known that the compiler would refuse it.
  ///
  /// - Parameter name: What to call the model where it is refused.
  func compile(_ model: Model, named name: String) async throws -> EdgeTPUCompiler.Compilation {
    let readiness = CompilerReadiness(of: model)
    guard readiness.isReady || unchecked else {
      throw CompilerError.notReady(model: name, reasons: readiness.complaint)
    }
    return try await EdgeTPUCompiler(minimumRuntime: minRuntimeVersion, seconds: timeLimit).compile(model)
  }
}
