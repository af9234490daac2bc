import Foundation

// The program that libFuzzer drives. `IMPRINT_HARNESS` names the harness: an environment variable, because libFuzzer starts
// this program again with arguments of its own. All arguments are libFuzzer's, except for these two:
//
//   fuzz --list          prints the names of the harnesses
//   fuzz --seeds FOLDER  writes a folder of seeds for each harness

let arguments = CommandLine.arguments
if arguments.dropFirst().first == "--list" {
  for harness in Harness.all { print(harness.name) }
  exit(0)
}
if arguments.count == 3, arguments[1] == "--seeds" {
  do {
    try Seeds.write(to: URL(filePath: arguments[2]))
    exit(0)
  } catch {
    FileHandle.standardError.write(Data("The seeds cannot be written: \(error)\n".utf8))
    exit(1)
  }
}
guard let harness = Harness.chosen else {
  FileHandle.standardError.write(Data("IMPRINT_HARNESS names no harness; --list lists them.\n".utf8))
  exit(1)
}
// Limits for every harness; later arguments win.
let limits = ["-max_len=\(harness.longest)", "-timeout=10", "-rss_limit_mb=1024", "-detect_leaks=0"]
exit(Fuzzer.run([arguments[0]] + limits + arguments.dropFirst()))
