import Command

/// The program; everything in it is in `Command`, which the Python package runs too.
@main
enum Main {
  static func main() async { await CommandLineProgram.run() }
}
