/// Why weights cannot be read from a file.
public enum WeightsError: Error, Sendable, Hashable {
  /// The system refused to open or read the file; `reason` is its own words.
  case cannotRead(path: String, reason: String)
  /// The bytes are in none of the layouts that are read here.
  case notWeights(because: String)
  /// The file breaks its layout's rules at `place`, such as `the entry data/3`.
  case damaged(place: String, because: String)
  /// The pickle holds an opcode that plain weights do not need, by name.
  case refusedOpcode(String, position: Int)
  /// The pickle asks for a function or class that plain weights do not need, by name.
  case refusedGlobal(String)
  /// A tensor, by name, cannot be taken over.
  case badTensor(String, because: String)
  /// The tensors refer to the same data so often that they would take memory out of proportion to the file.
  case outOfProportion(tensor: String)
}

extension WeightsError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path) cannot be read: \(reason)"
    case .notWeights(let because):
      "this is no file of weights: \(because). State files of PyTorch, safetensors and TensorFlow checkpoints are read"
    case .damaged(let place, let because):
      "the weights are damaged at \(place): \(because); get the file again from where it came"
    case .refusedOpcode(let name, let position):
      """
      the weights are refused: their pickle holds the opcode \(name) at byte \(position), which plain weights do not \
      need; save the model's state_dict() alone
      """
    case .refusedGlobal(let name):
      """
      the weights are refused: their pickle asks for \(name), which is neither a tensor nor a plain container; save \
      the model's state_dict() alone
      """
    case .badTensor(let name, let because):
      "the tensor \"\(name)\" cannot be read: \(because)"
    case .outOfProportion(let tensor):
      """
      the weights are refused at the tensor "\(tensor)": they refer to the same data over and over, and would take \
      memory out of proportion to the file
      """
    }
  }
}
