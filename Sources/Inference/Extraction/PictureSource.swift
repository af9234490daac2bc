import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where pictures come from.
package enum PictureSource: Sendable {
  /// Files.
  case files([URL])
  /// Pictures in memory, of the network's size.
  case decoded([PixelTensor])
}
