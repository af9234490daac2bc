import Heads
public import Pictures
package import Platform

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  public import Foundation
#endif

/// Pictures for a network, in their order.
package enum PictureSource: Sendable {
  /// Picture files.
  case files([URL])
  /// Raw pixels of any size.
  case pixels([PixelBuffer])
  /// Pixels of the network's size.
  case tensors([PixelTensor])

  package var count: Int {
    switch self {
    case .files(let files): files.count
    case .pixels(let buffers): buffers.count
    case .tensors(let tensors): tensors.count
    }
  }

  /// Returns the name of a picture: its file's path, or its number, counted from 1, where it is in memory.
  package func name(_ index: Int) -> String {
    if case .files(let files) = self { files[index].relativePath } else { "\(index + 1)" }
  }
}

/// What a model makes of many pictures, as a sequence in their order.
///
/// The work begins when the first result is asked for, and stays a few dozen pictures ahead of the results that are taken:
/// who stops taking them stops the work. Cancelling the task, or leaving the loop, ends it.
///
/// ```swift
/// for try await (index, result) in classifier.answers(pictures) { print(pictures[index].path, try result.get()) }
/// ```
public struct PictureResults<Value: Sendable>: AsyncSequence, Sendable {
  /// A picture's place among the pictures, and its result, or why it could not be read.
  public typealias Element = (index: Int, result: Result<Value, PictureError>)
  public typealias Failure = any Error

  private let results: OrderedResults<Result<Value, PictureError>>

  package init(_ results: OrderedResults<Result<Value, PictureError>>) { self.results = results }

  public func makeAsyncIterator() -> Iterator { Iterator(results.makeAsyncIterator()) }

  /// Takes one result after the other.
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
