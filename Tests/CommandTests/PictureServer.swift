import Foundation
import TestMaterial

/// A local web server with the faults of real ones: it breaks off, is overloaded, redirects or hangs.
///
/// Its pictures are `/NAME.bmp`, 20 000 bytes computed from the name. The folder selects the behaviour:
///
/// - `/flaky/N/`: answers 503 to the first N requests.
/// - `/broken/N/`: breaks off the first N answers, each 3000 bytes further than the one before.
/// - `/changed/`: breaks off the first answer, and sends a different file afterwards.
/// - `/untagged/`: like `/broken/1/`, without an ETag.
/// - `/rangeless/`: like `/broken/1/`, without support for ranges.
/// - `/moved/`: redirects; `/stolen/`: redirects to a local file; `/round/`: redirects without end.
/// - `/huge/`: declares a length of 5 GB; `/endless/`: sends data without end and declares no length.
/// - `/slow/`: sends pieces with pauses; `/hangs/`: never answers.
/// - `/page/`: sends a web page under the name of a picture.
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
    try process.start()
    let printed = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = printed.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
  }

  /// Returns the address of a path.
  func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// Returns a line for each request so far: its path, and its `Range` and `If-Range` headers, or `-` for none.
  func requests() throws -> [String] {
    guard let text = try? String(contentsOf: log, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  /// Returns the bytes of a picture, by its name with the extension.
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
            byte_range, condition = self.headers.get("Range", "-"), self.headers.get("If-Range", "-")
            with lock:
                counts[self.path] += 1
                count = counts[self.path]
                with open(sys.argv[1], "a") as log:
                    log.write(f"{self.path} {byte_range} {condition}\\n")
            parts = self.path.split("?")[0].strip("/").split("/")
            behaviour, name = parts[0], parts[-1]
            self.close_connection = True
            if behaviour == "flaky" and count <= int(parts[1]):
                self.answer(503, b"", {"Retry-After": "0"})
            elif behaviour == "moved":
                self.answer(302, b"", {"Location": "/" + name})
            elif behaviour == "stolen":
                self.answer(302, b"", {"Location": "file:///etc/hostname"})
            elif behaviour == "round":
                self.answer(302, b"", {"Location": self.path})
            elif behaviour == "huge":
                self.answer(200, b"BM", {"Content-Length": str(5 << 30)})
            elif behaviour == "endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(b"BM" * 50000)
                except OSError:
                    pass
            elif behaviour == "hangs":
                time.sleep(600)
            elif behaviour == "page":
                self.answer(200, b"<html>Log in first</html>", {})
            elif behaviour == "slow":
                data = picture(name)
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for start in range(0, len(data), 2000):
                    self.wfile.write(data[start:start + 2000])
                    self.wfile.flush()
                    time.sleep(0.2)
            elif behaviour == "missing" or not name.endswith(".bmp"):
                self.answer(404, b"", {})
            else:
                self.send(behaviour, parts, name, count, byte_range, condition)

        def send(self, behaviour, parts, name, count, byte_range, condition):
            data, tag = picture(name), '"' + name + '"'
            if behaviour == "changed" and count > 1:
                data, tag = picture("other.bmp"), '"other"'
            start = 0
            if byte_range != "-" and behaviour != "rangeless" and condition in ("-", tag):
                start = int(byte_range.split("=")[1].split("-")[0])
            breaks = behaviour in ("changed", "untagged", "rangeless") and count == 1
            breaks = breaks or (behaviour == "broken" and count <= int(parts[1]))
            headers = {"Content-Length": str(len(data) - start)}
            if behaviour != "untagged":
                headers["ETag"] = tag
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
