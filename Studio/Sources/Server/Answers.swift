import Foundation
import HTTPTypes
import Hummingbird
import Imprinting
import Learning
import NIOCore
import Pictures
import Project

/// An error that a client gets, as JSON.
struct APIError: Error, HTTPResponseError, Encodable {
  struct Body: Encodable {
    let code, message: String
    let remedy: String?
  }

  let status: HTTPResponse.Status
  let error: Body

  private enum CodingKeys: String, CodingKey { case error }

  init(_ status: HTTPResponse.Status, _ code: String, _ message: String, remedy: String? = nil) {
    self.status = status
    error = Body(code: code, message: message, remedy: remedy)
  }

  /// Describes an error of the libraries.
  init(_ error: any Error) {
    switch error {
    case let error as APIError: self = error
    case let error as ProjectError:
      let status: HTTPResponse.Status =
        switch error.code {
        case .noClass, .noPicture, .noVersion, .noFile: .notFound
        case .sameName, .sameFile, .otherClass, .noStep, .cannotUndo, .nothingTaught, .inUse, .noCompiler, .notCompiled:
          .conflict
        case .badName, .notAPicture, .badArchive: .badRequest
        case .tooLarge: .contentTooLarge
        case .fullDisk: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .cannotOpen, .cannotWrite: .internalServerError
        }
      self.init(status, error.code.rawValue, error.message, remedy: error.remedy)
    case let error as PictureError:
      self.init(.badRequest, "notAPicture", error.message, remedy: error.remedy)
    case let error as any HTTPResponseError:
      self.init(error.status, "refused", error.status.reasonPhrase)
    case is CancellationError:
      self.init(.serviceUnavailable, "ended", "the studio is ending")
    default:
      self.init(.internalServerError, "failed", "\(error)")
    }
  }

  func response(from request: Request, context: some RequestContext) -> Response {
    (try? .json(self, status: status)) ?? Response(status: status)
  }
}

extension Response {
  /// Returns an answer in JSON.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    var response = Response(status: status, body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    response.headers[.contentType] = "application/json"
    return response
  }

  /// Returns a file.
  ///
  /// - Parameter name: The name under which a browser saves it; nil to show it.
  static func bytes(_ bytes: [UInt8], type: String, savedAs name: String? = nil) -> Response {
    var response = Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    response.headers[.contentType] = type
    if let name { response.headers[.contentDisposition] = Self.attachment(name) }
    return response
  }

  /// Returns the header that makes a browser save an answer under a name.
  static func attachment(_ name: String) -> String {
    let plain = String(
      name.unicodeScalars.map { $0.isASCII && $0.value >= 32 && $0 != "\"" && $0 != "\\" ? Character($0) : "_" })
    let coded = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? plain
    return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(coded)"
  }
}

/// The moments of the API: ISO 8601, in UTC.
func moment(_ seconds: Double) -> String {
  Date(timeIntervalSince1970: seconds).formatted(.iso8601)
}

/// The values of the API.
enum Wire {
  struct Classes: Encodable {
    let id: Int64
    let name: String
    let count: Int
    let known: Double?
    let isNone: Bool
    let newest: [Int64]
  }

  struct Likely: Encodable {
    let `class`: Int64
    let probability: Double
  }

  struct Picture: Encodable {
    let id: Int64
    let `class`: Int64?
    let name, added, origin, state: String
    let message: String?
    let looksLike: Likely?
    let likeCount: Int
  }

  struct Answer: Encodable {
    struct Score: Encodable {
      let `class`: Int64?
      let name: String
      let score: Float
    }
    let isUnknown: Bool
    let classes: [Score]
    let latency: Double
    let revision: Int
  }

  struct Change: Encodable {
    let revision: Int
    let undo, redo: String?
  }

  struct Estimate: Encodable {
    let accuracy: Double
    let interval: [Double]
    let pictures: Int
    let isCurrent: Bool
  }

  struct ProjectState: Encodable {
    let name, folder, model: String
    let revision, pictures, pending, unreadable: Int
    let classes: [Classes]
    let estimate: Estimate?
    let undo, redo: String?
    let problems: [ProjectProblem]
    let compiles: Bool
    let version: String
  }

  struct Restored: Encodable {
    /// The number of pictures of the version that no longer exist.
    let missing, revision: Int
    let undo, redo: String?
  }

  struct ClassChange: Encodable {
    let `class`: Classes
    let revision: Int
    let undo, redo: String?
  }

  struct Added: Encodable {
    let picture: Picture?
    let kept: Bool
    let reason: String?
    let `class`: Classes
    let revision: Int
    let undo, redo: String?
  }

  struct Pictures: Encodable {
    let total: Int
    let pictures: [Picture]
  }

  struct Done: Encodable {
    let done: String
    let revision: Int
    let undo, redo: String?
  }

  struct Step: Encodable {
    let id: Int64
    let title, at: String
    let isUndone: Bool
  }

  struct Version: Encodable {
    let number: Int64
    let at, note: String
    let accuracy: Double?
    let interval: [Double]?
    let pictures, classes, bytes: Int

    init(_ version: ProjectVersion) {
      number = version.number
      at = moment(version.at)
      note = version.note
      accuracy = version.accuracy
      interval = version.lower.flatMap { lower in version.upper.map { [lower, $0] } }
      pictures = version.pictures
      classes = version.classes
      bytes = version.bytes
    }
  }

  struct FullEstimate: Encodable {
    struct Recall: Encodable {
      let `class`: Int64
      let recall: Double
      let interval: [Double]
      let count: Int
    }
    struct Confusion: Encodable {
      let label, takenFor: Int64
      let count: Int
    }
    struct Hint: Encodable {
      let kind: String
      let `class`: Int64?
      let other: Int64?
      let message: String
    }
    struct Point: Encodable {
      let pictures: Int
      let accuracy: Double
    }
    struct Unknown: Encodable { let share: Double }

    let revision: Int
    let isCurrent: Bool
    let accuracy: Double?
    let interval: [Double]?
    let pictures: Int
    let classes: [Recall]
    let confusions: [Confusion]
    let suspects, alike: Int
    let advice: [Hint]
    let curve: [Point]
    let unknown: Unknown?
  }
}
