import Heads
import Pictures

extension Profile {
  /// What time is spent on.
  public enum Step: String, Sendable, Hashable, CaseIterable, Codable {
    /// Reading a model and making it ready to run.
    case opening
    /// Getting the bytes of picture files.
    case reading
    /// Making pixels of them.
    case decoding
    /// Bringing pixels to the model's size, and cutting views out.
    case resizing
    /// Running the network.
    case inference
    /// Taking in what was seen: the sums over embeddings.
    case learning
    /// Taking in answers.
    case answering
    /// Solving for the head.
    case solving
    /// Writing files.
    case saving
  }

  /// What tells this profile of the steps of reading pictures.
  package var pictureTiming: PictureTiming {
    PictureTiming { [self] step, time in
      switch step {
      case .reading: add(time, to: .reading)
      case .decoding: add(time, to: .decoding)
      case .resizing: add(time, to: .resizing)
      }
    }
  }
}
