// Lines of code that use the file. The documentation has the same examples, which its tests run.
export const languages = ["python", "swift", "command"];

export function snippet(language, project) {
  const name = project.replace(/[^\p{L}\p{N}._-]+/gu, "-") || "things";
  return snippets[language](`${name}.tflite`);
}

const snippets = {
  python: (file) => `import imprint

classifier = imprint.Classifier("${file}")
answer = classifier("picture.jpg")
print(answer.label, answer.score, answer.is_unknown)
`,
  swift: (file) => `import Foundation
import Imprinting

let classifier = try Classifier(contentsOf: URL(filePath: "${file}"))
let answer = try await classifier.classify(URL(filePath: "picture.jpg"))
print(answer.isUnknown, answer.best?.label ?? "unknown")
`,
  command: (file) => `imprint classify --model ${file} picture.jpg
imprint watch /dev/video0 --model ${file}
`,
};
