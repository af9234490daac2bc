import Foundation

/// Other runtimes that written models are tried in.
extension Python {
  /// What has to be run before MediaPipe or TensorFlow Lite Micro is imported: they import modules that they have no use
  /// for in the tests, some of which are large.
  public static let standIns = """
    import sys, types
    for name in ["certifi", "cv2", "matplotlib", "matplotlib.pyplot", "sounddevice", "yaml"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
    sys.modules["certifi"].where = lambda: ""

    """

  /// Whether MediaPipe is there, and the libraries that it is linked with.
  public static let hasMediaPipe = succeeds(
    """
    import ctypes, importlib.util, pathlib
    folder = pathlib.Path(importlib.util.find_spec("mediapipe").origin).parent
    ctypes.CDLL(next(folder.glob("tasks/c/libmediapipe.*")))
    """)

  /// What a test that needs it says.
  public static let mediaPipeNeed =
    "needs mediapipe in .venv (scripts/setup --tests) and Debian's packages libegl1 and libgles2"

  /// Whether TensorFlow Lite Micro can be imported.
  public static let hasMicro = succeeds(standIns + "from tflite_micro import runtime")

  /// What a test that needs it says.
  public static let microNeed = "needs tflite-micro in .venv (scripts/setup --tests); there is none for aarch64"

  /// The interpreter with the older TensorFlow Lite runtime: `scripts/setup --tests` makes it in `.venv-older`;
  /// `IMPRINT_TEST_OLDER_PYTHON` names another.
  public static let olderExecutable: URL =
    if let path = ProcessInfo.processInfo.environment["IMPRINT_TEST_OLDER_PYTHON"] {
      URL(filePath: path)
    } else {
      Material.packageRoot.appending(path: ".venv-older/bin/python3")
    }

  /// Whether it is there.
  public static let hasOlderRuntime = FileManager.default.isExecutableFile(atPath: olderExecutable.path)

  /// What a test that needs it says.
  public static let olderNeed = "needs tflite-runtime in .venv-older (scripts/setup --tests), made with Python 3.11"

  private static func succeeds(_ script: String) -> Bool {
    isPresent && (try? run(script)) != nil
  }
}
