import ArgumentParser
import Heads
import Imprinting
import Inference

extension HeadKind: ExpressibleByArgument {}
