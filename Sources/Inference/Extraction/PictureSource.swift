import Heads
public import Pictures
package import Platform

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

  package var count: Int {
    switch self {
    case .files(let files): files.count
    case .pixels(let buffers): buffers.count
    case .tensors(let tensors): tensors.count
    }
  }

  /// Returns the name of a picture: the path of its file, or for a picture in memory its number, from 1.
  package func name(_ index: Int) -> String {
    if case .files(let files) = self { files[index].relativePath } else { "\(index + 1)" }
  }
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
