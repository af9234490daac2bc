import Heads
public import Pictures
package import Platform
package import TFLite

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  public import Foundation
#endif

/// Pictures for a network, in order.
package enum PictureSource: Sendable {
  /// Picture files.
  case files([URL])
  /// Raw pixels of any size.
  case pixels([PixelBuffer])
  /// Pictures that have the size of the network's input.
  case tensors([PixelTensor])
  /// Pictures of several kinds, which may show a part of each.
  case items([PictureItem])

  package var count: Int {
    switch self {
    case .files(let files): files.count
    case .pixels(let buffers): buffers.count
    case .tensors(let tensors): tensors.count
    case .items(let items): items.count
    }
  }

  /// Returns the name of a picture: the path of its file, or for a picture in memory its number, from 1.
  package func name(_ index: Int) -> String {
    switch self {
    case .files(let files): files[index].relativePath
    case .items(let items): items[index].name
    case .pixels, .tensors: "\(index + 1)"
    }
  }

  /// Returns what identifies a picture in memory; nil for a file, which its bytes identify when it is read, and for a part of
  /// a picture.
  func identity(_ index: Int) -> PictureIdentity? {
    switch self {
    case .files: nil
    case .pixels(let buffers): PictureIdentity(buffers[index])
    case .tensors(let tensors): PictureIdentity(tensors[index])
    case .items(let items):
      if case .pixels(let buffer) = items[index].content, items[index].view == .whole {
        PictureIdentity(buffer)
      } else {
        nil
      }
    }
  }
}

/// A picture in a file or in memory, and the part of it that a network sees.
package struct PictureItem: Sendable {
  package enum Content: Sendable {
    case file(URL)
    /// The bytes of a picture file.
    case encoded(Bytes)
    case pixels(PixelBuffer)
  }

  package let name: String
  package let content: Content
  /// The part of the picture that the network sees; an augmentation with several views ignores it.
  package let view: PictureView
  /// Whether the bytes of a file identify the picture, as they do in a list of files. Pixels always do.
  package let isIdentified: Bool

  package init(name: String, _ content: Content, view: PictureView = .whole, isIdentified: Bool = false) {
    (self.name, self.content, self.view, self.isIdentified) = (name, content, view, isIdentified)
  }

  /// Makes a picture of a file, named by the URL's relative path.
  package init(_ file: URL) { self.init(name: file.relativePath, .file(file)) }
}

/// The results of a model for many pictures, as an asynchronous sequence in the order of the pictures.
///
/// The work begins with the request for the first result, and stays at most a few dozen pictures ahead of the requests. So
/// it pauses while nobody asks for a result. Cancelling the task or leaving the loop ends the work.
///
/// ```swift
/// for try await (index, result) in classifier.answers(pictures) { print(pictures[index].path, try result.get()) }
/// ```
public struct PictureResults<Value: Sendable>: AsyncSequence, Sendable {
  /// The index of a picture, and its result, or the error if the picture cannot be read.
  public typealias Element = (index: Int, result: Result<Value, PictureError>)
  public typealias Failure = any Error

  private let results: OrderedResults<Result<Value, PictureError>>

  package init(_ results: OrderedResults<Result<Value, PictureError>>) { self.results = results }

  public func makeAsyncIterator() -> Iterator { Iterator(results.makeAsyncIterator()) }

  /// Returns one result after the other.
  public struct Iterator: AsyncIteratorProtocol {
    private let results: OrderedResults<Result<Value, PictureError>>.Iterator
    private var index = 0

    init(_ results: OrderedResults<Result<Value, PictureError>>.Iterator) { self.results = results }

    public mutating func next() async throws -> Element? { try await next(isolation: nil) }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
      guard let result = try await results.next(isolation: actor) else { return nil }
      defer { index += 1 }
      return (index, result)
    }
  }
}
