import ArgumentParser
import Imprinting

extension HeadKind: ExpressibleByArgument {}
