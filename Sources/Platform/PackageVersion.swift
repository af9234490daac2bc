/// The version of this package.
package enum PackageVersion {
  package static let text = "0.1.0"
}
