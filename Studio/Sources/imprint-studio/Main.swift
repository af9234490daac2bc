import ArgumentParser
import Foundation
import Learning
import Project
import Server

/// The command that serves the studio.
@main
struct StudioCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imprint-studio",
    abstract: "Teach a classifier in the browser, by showing it pictures.",
    discussion: """
      The studio is a page on this machine. Show it things with the camera or drop pictures on it, see it answer while it
      learns, mend what is wrong, and take away one .tflite file. FOLDER is the project: one folder of pictures for each
      class, which 'imprint train --data' takes as it is. It need not exist.

      EXAMPLES
        imprint studio mugs
        imprint studio mugs --host 0.0.0.0        from other devices in the house
        imprint studio --serve mugs.tflite        only POST /api/classify, for home automation
      """)

  @Argument(help: "The folder of the project.", completion: .directory)
  var folder: String = "studio"

  @Option(help: "The base model: a classifier or an extractor. (default: the default model)", completion: .file())
  var model: String?

  @Option(help: "The address to listen on; 0.0.0.0 for all devices of the network.")
  var host = "127.0.0.1"

  @Option(help: "The port; 0 for one that is free.")
  var port = 0

  @Option(help: "A further name by which the studio is reached, as through a proxy. Can be repeated.")
  var name: [String] = []

  @Option(help: "The token of the address. (default: a new one each time)")
  var token: String?

  @Option(parsing: .upToNextOption, help: "A certificate and its key (PEM), for HTTPS.", completion: .file())
  var tls: [String] = []

  @Option(help: "Serve this classifier, without a page and without a project.", completion: .file())
  var serve: String?

  @Flag(help: "Do not open a browser.")
  var noOpen = false

  func validate() throws {
    if !tls.isEmpty, tls.count != 2 { throw ValidationError("--tls takes two files: the certificate and its key") }
    if let token, token.utf8.count < 16 || !token.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) {
      throw ValidationError("--token must be at least 16 ASCII letters and digits")
    }
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
  }

  func run() async throws {
    Self.allowManyFiles()
    var settings = StudioServer.Settings()
    settings.host = host
    settings.port = port
    settings.names = name
    settings.version = ProcessInfo.processInfo.environment["IMPRINT_VERSION"] ?? ""
    if let token { settings.token = token }
    if tls.count == 2 { settings.certificate = (tls[0], tls[1]) }
    do {
      let server = StudioServer(settings)
      if let serve {
        let service = try ClassifyingService(model: URL(filePath: serve))
        try await server.run(service) { say("Serving \(serve): POST a picture to \(address($0, "/api/classify"))\n") }
        return
      }
      let project = try LiveProject(folder: URL(filePath: folder), model: model.map { URL(filePath: $0) })
      await project.start()
      let isLoopback = settings.isLoopback
      let (noOpen, hasTLS) = (noOpen, settings.certificate != nil)
      try await server.run(project) { url in
        FileHandle.standardOutput.write(Data("Open \(url.absoluteString)\n".utf8))
        if !isLoopback, !hasTLS { say("Browsers let other devices use their cameras only over HTTPS: see --tls.\n") }
        say("The project is \(project.store.folder.path). Ctrl-C ends the studio.\n")
        if !noOpen { Browser.open(url) }
      }
      await project.stop()
    } catch {
      say("Error: \((error as? any LocalizedError)?.errorDescription ?? "\(error)")\n")
      throw ExitCode.failure
    }
  }

  /// Raises the limit of open files where that is allowed: each connection is one, and each picture that is read.
  private static func allowManyFiles() {
    var limit = rlimit()
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < 4096 else { return }
    limit.rlim_cur = min(4096, limit.rlim_max)
    _ = setrlimit(files, &limit)
  }

  private func address(_ url: URL, _ path: String) -> String {
    "\(url.scheme ?? "http")://\(url.host() ?? host):\(url.port ?? port)\(path) with the header Authorization: Bearer "
      + (url.query()?.split(separator: "=").last.map(String.init) ?? "")
  }
}

private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

/// The browser of the desktop, where there is one.
private enum Browser {
  static func open(_ url: URL) {
    #if os(macOS)
      let names = ["/usr/bin/open"]
    #else
      let environment = ProcessInfo.processInfo.environment
      guard environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil else { return }
      let names = ["/usr/bin/xdg-open"]
    #endif
    guard let program = names.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = [url.absoluteString]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try? process.start()
  }
}
