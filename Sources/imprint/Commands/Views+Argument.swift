import ArgumentParser
import Heads
import Imprinting
import Inference

extension Augmentation: ExpressibleByArgument {
  /// What `--augment` does, for its help.
  static let help = """
    How many views of each picture are learnt from: one, five or thirteen, with its mirror image and parts of it. \
    (default: five of up to \(usualLimit) pictures, else one)
    """
}
