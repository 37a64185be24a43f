// Command kbuild builds many kustomizations in one process.
//
// It reads one directory per line on stdin and answers with one JSON line each:
// {"dir": ..., "objects": [...]} or {"dir": ..., "error": ...}. It uses kustomize's own
// library and the order of the kustomize command line; the objects are the JSON from which
// that command makes its YAML, so that both say the same (a test compares them).
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

type answer struct {
	Dir     string            `json:"dir"`
	Objects []json.RawMessage `json:"objects"`
	Error   string            `json:"error,omitempty"`
}

func objects(dir string) ([]json.RawMessage, error) {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy
	built, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, err
	}
	found := make([]json.RawMessage, 0, built.Size())
	for _, resource := range built.Resources() {
		text, err := resource.MarshalJSON()
		if err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, nil
}

func build(dir string) answer {
	found, err := objects(dir)
	if err != nil {
		return answer{Dir: dir, Error: err.Error()}
	}
	return answer{Dir: dir, Objects: found}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for in.Scan() {
		if dir := in.Text(); dir != "" {
			if err := enc.Encode(build(dir)); err != nil {
				os.Exit(3)
			}
		}
		if err := out.Flush(); err != nil {
			os.Exit(3)
		}
	}
	if in.Err() != nil {
		os.Exit(3)
	}
}
