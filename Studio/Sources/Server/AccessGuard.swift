import Foundation
import HTTPTypes
import Hummingbird

/// Lets requests pass that come from the studio's own page, or from a program that has the token.
///
/// A page of another site cannot read the token, but it could send requests with the browser's cookie, or reach the studio by a
/// name that it points to this machine. So the host must be one by which the studio was started, and the origin, where a browser
/// states it, the studio's own.
struct AccessGuard<Context: RequestContext>: RouterMiddleware {
  /// The token that every request but those for the page's files needs.
  let token: String
  /// The name of the cookie: browsers send cookies to every port of a host, so each studio has a name of its own.
  let cookie: String
  /// The names by which the studio may be reached, in lower case, without ports; nil where any may be used.
  let hosts: Set<String>?

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await answer(request, context, next)
    response.headers[.contentSecurityPolicy] = """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
      connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
      """
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.referrerPolicy] = "no-referrer"
    response.headers[.crossOriginResourcePolicy] = "same-origin"
    response.headers[.crossOriginOpenerPolicy] = "same-origin"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }

  private func answer(
    _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      try check(request)
      let path = request.uri.path
      if path == "/", let given = request.uri.queryParameters.get("token") {
        guard isToken(given) else { return Self.denied }
        var response = Response(status: .seeOther)
        response.headers[.location] = "/"
        response.headers[.setCookie] = "\(cookie)=\(token); Path=/; HttpOnly; SameSite=Lax"
        return response
      }
      guard path.hasPrefix("/page/") || hasToken(request) else {
        if path == "/" { return Self.denied }
        throw APIError(
          .unauthorized, "noToken", "this request has no token", remedy: "open the address that the studio printed")
      }
      return try await next(request, context)
    } catch {
      let error = APIError(error)
      return error.response(from: request, context: context)
    }
  }

  private func check(_ request: Request) throws(APIError) {
    let host = request.head.authority ?? ""
    guard let hosts else { return try checkOrigin(of: request, host: host) }
    guard hosts.contains(Self.name(ofHost: host)) else {
      throw APIError(
        .misdirectedRequest, "foreignHost", "the studio is not reached by the name \(host)",
        remedy: "use the address that it printed")
    }
    try checkOrigin(of: request, host: host)
  }

  private func checkOrigin(of request: Request, host: String) throws(APIError) {
    let site = request.headers[.fetchSite]
    let origin = request.headers[.origin]
    let isOwn = origin.map { $0 == "http://\(host)" || $0 == "https://\(host)" } ?? true
    guard isOwn, site.map({ ["same-origin", "none"].contains($0) }) ?? true || request.method == .get && origin == nil
    else {
      throw APIError(.forbidden, "foreignOrigin", "requests from the pages of other sites are refused")
    }
  }

  private func hasToken(_ request: Request) -> Bool {
    if let header = request.headers[.authorization], header.hasPrefix("Bearer ") {
      return isToken(String(header.dropFirst(7)))
    }
    let cookies = (request.headers[.cookie] ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
    return cookies.contains { $0.hasPrefix(cookie + "=") && isToken(String($0.dropFirst(cookie.count + 1))) }
  }

  /// Compares in a time that does not depend on where the texts differ.
  private func isToken(_ given: String) -> Bool {
    let (one, other) = (Array(token.utf8), Array(given.utf8))
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// Returns the name of a host, without its port.
  static func name(ofHost host: String) -> String {
    let host = host.lowercased()
    if host.hasPrefix("[") { return String(host.prefix { $0 != "]" }.dropFirst()) }
    return String(host.prefix { $0 != ":" })
  }

  private static var denied: Response {
    let page = PageFiles.all["denied.html"]
    var response = Response.bytes(page?.bytes ?? [], type: page?.type ?? "text/plain")
    response.status = .unauthorized
    return response
  }
}

extension HTTPField.Name {
  fileprivate static let referrerPolicy = known("Referrer-Policy")
  fileprivate static let crossOriginResourcePolicy = known("Cross-Origin-Resource-Policy")
  fileprivate static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
  fileprivate static let fetchSite = known("Sec-Fetch-Site")

  /// Returns a name that is known to be valid.
  private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .server }
}
