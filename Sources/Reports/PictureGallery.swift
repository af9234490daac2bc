import Heads

/// Pictures with what is to be said about them.
struct PictureGallery {
  struct Entry {
    let picture: String
    /// Markup.
    let caption: String
  }

  let entries: [Entry]
  let thumbnails: Thumbnails

  var html: String {
    let figures = entries.map { entry in
      let picture =
        thumbnails[entry.picture].map {
          "<img src=\"\($0)\" alt=\"\" width=\"\(Thumbnails.side)\" height=\"\(Thumbnails.side)\"/>"
        } ?? "<div class=\"gone\">cannot be shown</div>"
      return "<figure>\(picture)<figcaption>\(entry.caption)<br/><small>\(Markup.name(entry.picture))</small>"
        + "</figcaption></figure>"
    }
    return "<div class=\"gallery\">\n\(figures.joined(separator: "\n"))\n</div>"
  }
}
