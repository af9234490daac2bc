import Foundation
import TestMaterial

/// A web server on loopback that behaves as servers do: it breaks off, is overloaded, sends elsewhere, or hangs.
///
/// Its pictures are `/NAME.bmp`, 20 000 bytes that follow from the name. What stands before the name is how it is sent:
///
/// - `/flaky/N/`: 503 to the first N requests.
/// - `/broken/N/`: the first N answers break off, each 3000 bytes further than the one before.
/// - `/changed/`: the first answer breaks off; the file is another one afterwards.
/// - `/unsealed/`: as `/broken/1/`, with nothing that tells one file from a later one.
/// - `/whole/`: as `/broken/1/`, and it knows no ranges.
/// - `/moved/`: a redirection; `/stolen/`: one to a file of the machine; `/round/`: one without end.
/// - `/huge/`: says that it is 5 GB; `/endless/`: does not say that it is as much.
/// - `/slow/`: comes in pieces, with pauses; `/hangs/`: never comes.
/// - `/page/`: a web page with a picture's name.
final class PictureServer {
  private let process = Process()
  private let port: String
  private let log: URL

  init(in folder: TemporaryFolder) throws {
    log = folder.appending("requests.txt")
    let output = Pipe()
    process.executableURL = Python.executable
    process.arguments = ["-c", Self.script, log.path]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = printed.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit {
    // Started from a thread of the tests it may not hear of SIGTERM.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The address of a path.
  func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// What was asked for until now: a path, a range and what it is on condition of, each or `-`.
  func requests() throws -> [String] {
    guard let text = try? String(contentsOf: log, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  /// The bytes of a picture, by its name with the ending.
  static func picture(_ name: String) -> Data {
    let seed = name.utf8.reduce(0) { ($0 * 31 + Int($1)) % 251 }
    return Data("BM".utf8) + Data((0..<19_998).map { UInt8(($0 * 7 + seed + $0 / 256) % 251) })
  }

  private static let script = """
    import collections, http.server, sys, threading, time
    counts = collections.Counter()
    lock = threading.Lock()

    def picture(name):
        seed = 0
        for byte in name.encode():
            seed = (seed * 31 + byte) % 251
        return b"BM" + bytes((i * 7 + seed + i // 256) % 251 for i in range(19998))

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *words):
            pass

        def do_GET(self):
            asked, condition = self.headers.get("Range", "-"), self.headers.get("If-Range", "-")
            with lock:
                counts[self.path] += 1
                count = counts[self.path]
                with open(sys.argv[1], "a") as log:
                    log.write(f"{self.path} {asked} {condition}\\n")
            parts = self.path.split("?")[0].strip("/").split("/")
            way, name = parts[0], parts[-1]
            self.close_connection = True
            if way == "flaky" and count <= int(parts[1]):
                self.answer(503, b"", {"Retry-After": "0"})
            elif way == "moved":
                self.answer(302, b"", {"Location": "/" + name})
            elif way == "stolen":
                self.answer(302, b"", {"Location": "file:///etc/hostname"})
            elif way == "round":
                self.answer(302, b"", {"Location": self.path})
            elif way == "huge":
                self.answer(200, b"BM", {"Content-Length": str(5 << 30)})
            elif way == "endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(b"BM" * 50000)
                except OSError:
                    pass
            elif way == "hangs":
                time.sleep(600)
            elif way == "page":
                self.answer(200, b"<html>Log in first</html>", {})
            elif way == "slow":
                data = picture(name)
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for start in range(0, len(data), 2000):
                    self.wfile.write(data[start:start + 2000])
                    self.wfile.flush()
                    time.sleep(0.2)
            elif way == "missing" or not name.endswith(".bmp"):
                self.answer(404, b"", {})
            else:
                self.send(way, parts, name, count, asked, condition)

        def send(self, way, parts, name, count, asked, condition):
            data, seal = picture(name), '"' + name + '"'
            if way == "changed" and count > 1:
                data, seal = picture("other.bmp"), '"other"'
            start = 0
            if asked != "-" and way != "whole" and condition in ("-", seal):
                start = int(asked.split("=")[1].split("-")[0])
            breaks = way in ("changed", "unsealed", "whole") and count == 1
            breaks = breaks or (way == "broken" and count <= int(parts[1]))
            headers = {"Content-Length": str(len(data) - start)}
            if way != "unsealed":
                headers["ETag"] = seal
            if start > 0:
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.answer(206 if start > 0 else 200, data[start:start + 3000] if breaks else data[start:], headers)

        def answer(self, status, data, headers):
            self.send_response(status)
            for key, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(data)

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """
}
