// Lines of code that use the file. The documentation has the same examples, which its tests run.
import { token } from "./dom.js";

export const languages = ["python", "swift", "command", "http"];

export const snippet = (language, file) => snippets[language](file);

const quoted = (text) => JSON.stringify(text);
const inShell = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
// A new one for each page, so that nobody uses one that everybody knows.
const key = token();

const snippets = {
  python: (file) => `import imprint

classifier = imprint.Classifier(${quoted(file)})
answer = classifier("picture.jpg")
print(answer.label, answer.score, answer.is_unknown)
`,
  swift: (file) => `import Foundation
import Imprinting

let classifier = try Classifier(contentsOf: URL(filePath: ${quoted(file)}))
let answer = try await classifier.classify(URL(filePath: "picture.jpg"))
print(answer.isUnknown, answer.best?.label ?? "unknown")
`,
  command: (file) => `imprint classify --model ${inShell(file)} picture.jpg
imprint watch /dev/video0 --model ${inShell(file)}
`,
  http: (file) => `imprint studio --serve ${inShell(file)} --port 8765 --token ${key}

curl http://127.0.0.1:8765/api/classify --data-binary @picture.jpg \\
  --header "Authorization: Bearer ${key}"
`,
};
