/// By what rule weights follow their gradients.
public enum OptimizerSettings: Sendable, Hashable, Codable {
  /// Stochastic gradient descent with momentum, Nesterov's or the common one.
  case descent(momentum: Double, isNesterov: Bool)
  /// RMSprop as TensorFlow has it: the gradients are divided by the root of their mean square.
  case rootMeanSquare(rho: Double, momentum: Double, epsilon: Double)
}
