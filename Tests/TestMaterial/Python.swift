public import Foundation

/// A Python with LiteRT's own interpreter and schema, to check what the project reads and writes.
///
/// `scripts/setup --tests` installs it in `.venv`; `IMPRINT_TEST_PYTHON` names another.
public enum Python {
  /// The interpreter.
  public static let executable: URL =
    if let path = ProcessInfo.processInfo.environment["IMPRINT_TEST_PYTHON"] {
      URL(filePath: path)
    } else {
      Material.packageRoot.appending(path: ".venv/bin/python3")
    }

  /// Whether the interpreter is available.
  public static let isPresent = FileManager.default.isExecutableFile(atPath: executable.path)

  /// The reason that a skipped test states.
  public static let need = "needs Python with ai-edge-litert in .venv (scripts/setup --tests), or $IMPRINT_TEST_PYTHON"

  /// Runs a script with arguments and returns what it prints.
  ///
  /// - Parameters:
  ///   - script: The script.
  ///   - arguments: Its arguments, in `sys.argv` from index 1.
  ///   - executable: The interpreter.
  /// - Throws: ``PythonFailure`` if the script exits with an error.
  public static func run(
    _ script: String, _ arguments: [String] = [], executable: URL = executable
  ) throws -> String {
    try run(arguments: ["-c", script] + arguments, executable: executable)
  }

  /// Runs a script file with arguments and returns what it prints.
  public static func run(file: URL, _ arguments: [String] = []) throws -> String {
    try run(arguments: [file.path] + arguments, executable: executable)
  }

  private static func run(arguments: [String], executable: URL) throws -> String {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let output = Pipe()
    let errorLog = FileManager.default.temporaryDirectory.appending(path: "python-\(UUID().uuidString).log")
    _ = FileManager.default.createFile(atPath: errorLog.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errorLog) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errorLog)
    try process.start()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PythonFailure(words: (try? String(contentsOf: errorLog, encoding: .utf8)) ?? "")
    }
    return String(decoding: printed, as: UTF8.self)
  }
}

/// A Python script that exited with an error, and what it wrote to standard error.
public struct PythonFailure: Error, CustomStringConvertible {
  public let words: String
  public var description: String { "Python failed: \(words)" }
}

// Other runtimes that the tests run written models in.
extension Python {
  /// Code to run before importing MediaPipe or TensorFlow Lite Micro, which import modules, some of them large, that the
  /// tests do not need.
  public static let standIns = """
    import sys, types
    for name in ["certifi", "cv2", "matplotlib", "matplotlib.pyplot", "sounddevice", "yaml"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
    sys.modules["certifi"].where = lambda: ""

    """

  /// Whether MediaPipe and the libraries that it links are available.
  public static let hasMediaPipe = succeeds(
    """
    import ctypes, importlib.util, pathlib
    folder = pathlib.Path(importlib.util.find_spec("mediapipe").origin).parent
    ctypes.CDLL(next(folder.glob("tasks/c/libmediapipe.*")))
    """)

  /// The reason that a skipped test states.
  public static let mediaPipeNeed =
    "needs mediapipe in .venv (scripts/setup --tests) and Debian's packages libegl1 and libgles2"

  /// Whether TensorFlow Lite Micro can be imported.
  public static let hasMicro = succeeds(standIns + "from tflite_micro import runtime")

  /// The reason that a skipped test states.
  public static let microNeed = "needs tflite-micro in .venv (scripts/setup --tests); there is none for aarch64"

  /// The interpreter with the older TensorFlow Lite runtime: `scripts/setup --tests` installs it in `.venv-older`;
  /// `IMPRINT_TEST_OLDER_PYTHON` names another.
  public static let olderExecutable: URL =
    if let path = ProcessInfo.processInfo.environment["IMPRINT_TEST_OLDER_PYTHON"] {
      URL(filePath: path)
    } else {
      Material.packageRoot.appending(path: ".venv-older/bin/python3")
    }

  /// Whether the older runtime is available.
  public static let hasOlderRuntime = FileManager.default.isExecutableFile(atPath: olderExecutable.path)

  /// The reason that a skipped test states.
  public static let olderNeed = "needs tflite-runtime in .venv-older (scripts/setup --tests), made with Python 3.11"

  private static func succeeds(_ script: String) -> Bool {
    isPresent && (try? run(script)) != nil
  }
}
