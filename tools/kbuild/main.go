// Command kbuild builds many kustomizations in one process.
//
// It reads one directory per line on stdin and answers with one JSON line each:
// {"dir": ..., "yaml": ...} or {"dir": ..., "error": ...}. It uses kustomize's own
// library and the order of the kustomize command line, so that its output is
// byte-identical to `kustomize build DIR` (a test compares both).
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

type answer struct {
	Dir   string `json:"dir"`
	YAML  string `json:"yaml,omitempty"`
	Error string `json:"error,omitempty"`
}

func build(dir string) answer {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return answer{Dir: dir, Error: err.Error()}
	}
	text, err := resources.AsYaml()
	if err != nil {
		return answer{Dir: dir, Error: err.Error()}
	}
	return answer{Dir: dir, YAML: string(text)}
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
