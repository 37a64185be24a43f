// Command yamljson reads YAML as Kubernetes does and answers with JSON.
//
// Input: JSON lines, each one a string that holds one YAML document.
// Output: one line each, {"json": ...} or {"error": ...}. It is the reader of
// kubectl and Argo CD (sigs.k8s.io/yaml) and serves as the oracle of our writer.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"sigs.k8s.io/yaml"
)

type answer struct {
	JSON  json.RawMessage `json:"json,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	dec := json.NewDecoder(in)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for dec.More() {
		var text string
		if err := dec.Decode(&text); err != nil {
			os.Exit(3)
		}
		var a answer
		if raw, err := yaml.YAMLToJSONStrict([]byte(text)); err != nil {
			a.Error = err.Error()
		} else {
			a.JSON = raw
		}
		if err := enc.Encode(a); err != nil {
			os.Exit(3)
		}
	}
}
