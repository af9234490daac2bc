public import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
#if TLS
  import HummingbirdTLS
  import NIOSSL
#endif
public import Learning
import Logging
import NIOCore
import Project

/// The studio's server.
public struct StudioServer: Sendable {
  /// How the studio is reached.
  public struct Settings: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port; 0 for one that is free.
    public var port = 0
    /// Further names by which the studio may be reached.
    public var names: [String] = []
    /// The token; by default 32 random letters and digits.
    public var token: String
    /// A certificate and its key, for HTTPS.
    public var certificate: (certificate: String, key: String)?
    /// The version of the program.
    public var version = ""

    /// Makes settings with a random token.
    public init() {
      var generator = SystemRandomNumberGenerator()
      let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
      token = String((0..<32).map { _ in letters.randomElement(using: &generator) ?? "a" })
    }

    /// Whether only programs of this machine reach the studio.
    public var isLoopback: Bool { ["127.0.0.1", "localhost", "::1"].contains(host) }
  }

  private let settings: Settings

  /// Makes a server.
  public init(_ settings: Settings) { self.settings = settings }

  /// Serves a project until the task is cancelled.
  ///
  /// - Parameters:
  ///   - project: The project.
  ///   - started: Called with the address to open, once the server listens.
  /// - Throws: ``StudioError``.
  public func run(_ project: LiveProject, started: @escaping @Sendable (URL) -> Void) async throws {
    let router = Router(context: StudioContext.self)
    guardAccess(of: router, name: project.store.folder.path)
    StudioRoutes(project: project, version: settings.version).add(to: router)
    try await serve(router, started: started)
  }

  /// Serves one classifier without a page, until the task is cancelled.
  public func run(_ service: ClassifyingService, started: @escaping @Sendable (URL) -> Void) async throws {
    let router = Router(context: StudioContext.self)
    guardAccess(of: router, name: service.name)
    ServiceRoutes(service: service).add(to: router)
    try await serve(router, started: started)
  }

  private func guardAccess(of router: Router<StudioContext>, name: String) {
    var names: Set<String> = ["localhost", "127.0.0.1", "::1"]
    names.formUnion(settings.names.map { $0.lowercased() })
    if !settings.isLoopback {
      names.insert(settings.host.lowercased())
      names.formUnion(LocalNames.all())
    }
    // The name stays the same when the studio is started again, so that a window left open goes on once a new address was
    // opened.
    let place = Digest.of(Data(name.utf8)).prefix(8).map { String($0, radix: 16) }.joined()
    router.add(middleware: AccessGuard(token: settings.token, cookie: "imprint_\(place)", hosts: names))
  }

  private func serve(_ router: Router<StudioContext>, started: @escaping @Sendable (URL) -> Void) async throws {
    var logger = Logger(label: "imprint-studio", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .error
    let scheme = settings.certificate == nil ? "http" : "https"
    let host = ["0.0.0.0", "::"].contains(settings.host) ? LocalNames.address() : settings.host
    let shown = host.contains(":") ? "[\(host)]" : host
    let token = settings.token
    let application = Application(
      router: router, server: try server(),
      configuration: .init(
        address: .hostname(settings.host, port: settings.port), serverName: nil,
        availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        if let url = URL(string: "\(scheme)://\(shown):\(port)/?token=\(token)") { started(url) }
      }, logger: logger)
    do {
      try await application.run()
    } catch let error as IOError {
      throw StudioError(
        "the studio cannot listen on \(settings.host) port \(settings.port): \(String(cString: strerror(error.errnoCode)))",
        remedy: "choose another port")
    }
  }

  // Each is an open file.
  private static let mostConnections = 512

  private func server() throws -> HTTPServerBuilder {
    let plain = HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(75)))
    guard let certificate = settings.certificate else { return plain }
    #if TLS
      do {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate.certificate).map {
          NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: certificate.key, format: .pem)
        return try .tls(
          plain, tlsConfiguration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
      } catch {
        throw StudioError("the certificate \(certificate.certificate) or its key cannot be used: \(error)")
      }
    #else
      throw StudioError(
        "this studio was built without HTTPS, so it cannot use \(certificate.certificate)",
        remedy: "build it with the trait TLS, or put a proxy in front of it")
    #endif
  }
}

/// Why the studio cannot run.
public struct StudioError: Error, LocalizedError, CustomStringConvertible {
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String?

  init(_ message: String, remedy: String? = nil) { (self.message, self.remedy) = (message, remedy) }

  public var description: String { remedy.map { "\(message); \($0)" } ?? message }
  public var errorDescription: String? { description }
}

/// The names and addresses of this machine.
enum LocalNames {
  /// All names and addresses by which this machine may be reached in its network.
  static func all() -> Set<String> {
    var names = Set(addresses())
    let name = ProcessInfo.processInfo.hostName.lowercased()
    names.formUnion([name, name + ".local"])
    return names
  }

  /// The address that other machines use, as far as it can be known.
  static func address() -> String { addresses().first ?? "127.0.0.1" }

  private static func addresses() -> [String] {
    ((try? System.enumerateDevices()) ?? []).compactMap { device in
      guard let address = device.address?.ipAddress, !address.hasPrefix("127."), address != "::1",
        !address.hasPrefix("fe80")
      else { return nil }
      return address
    }.sorted { ($0.contains(":") ? 1 : 0, $0) < ($1.contains(":") ? 1 : 0, $1) }
  }
}
