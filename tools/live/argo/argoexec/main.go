// Command argoexec runs the steps of a workflow: what Argo's own command of this name does, on Argo's own executor package. Its main does not
// build from the served module, which lacks a file of its package for Linux signals; so the small part around that package is written here.
//
//	argoexec init                  in the init container: this binary and the template into the shared folder, input artifacts
//	argoexec emissary -- COMMAND   in the main container: the command itself, then its exit code and outputs into the shared folder
//	argoexec wait                  in the wait container: outputs out of the shared folder, the result to the API server
//	argoexec resource ACTION       an object created, watched or deleted
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/argoproj/argo-workflows/v4/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v4/pkg/client/clientset/versioned"
	"github.com/argoproj/argo-workflows/v4/util/logging"
	"github.com/argoproj/argo-workflows/v4/workflow/common"
	"github.com/argoproj/argo-workflows/v4/workflow/executor"
)

func main() {
	ctx := logging.WithLogger(context.Background(), logging.NewSlogLogger(logging.Info, logging.Text))
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT) // a step that is ended still says so
	defer stop()
	if len(os.Args) < 2 {
		end(errors.New("usage: argoexec init|wait|resource ACTION|emissary -- COMMAND"), 64)
	}
	words := commandLine(os.Args)
	switch words[0] {
	case "emissary":
		os.Exit(runMain(words[1:]))
	case "init":
		end(prepare(ctx), 64)
	case "wait":
		end(collect(ctx), 64)
	case "resource":
		end(manage(ctx, words[1]), 64)
	default:
		end(fmt.Errorf("unknown command %q", words[0]), 64)
	}
}

// commandLine is the command and its words, without the flags of logging before and between them.
func commandLine(all []string) []string {
	var words []string
	for i := 1; i < len(all); i++ {
		switch word := all[i]; {
		case word == "--":
			return append(words, all[i+1:]...)
		case word == "--loglevel" || word == "--log-format" || word == "--gloglevel":
			i++
		case len(word) > 1 && word[0] == '-':
		default:
			words = append(words, word)
		}
	}
	return words
}

func end(err error, code int) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, err)
	if os.WriteFile("/dev/termination-log", []byte(err.Error()), 0o644) != nil {
		_ = os.WriteFile(filepath.Join(os.TempDir(), "termination-log"), []byte(err.Error()), 0o644)
	}
	os.Exit(code)
}

// newExecutor is Argo's executor as the environment of this container describes its pod.
func newExecutor(ctx context.Context) (*executor.WorkflowExecutor, error) {
	clients := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), nil)
	config, err := clients.ClientConfig()
	if err != nil {
		return nil, err
	}
	namespace, _, err := clients.Namespace()
	if err != nil {
		return nil, err
	}
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	argo, err := versioned.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	template, err := readTemplate()
	if err != nil {
		return nil, err
	}
	deadline, err := time.Parse(time.RFC3339, os.Getenv(common.EnvVarDeadline))
	if err != nil {
		return nil, err
	}
	patch, _ := time.ParseDuration(os.Getenv(common.EnvVarProgressPatchTickDuration))
	file, _ := time.ParseDuration(os.Getenv(common.EnvVarProgressFileTickDuration))
	made := executor.NewExecutor(ctx, kube, argo.ArgoprojV1alpha1().WorkflowTaskResults(namespace), kube.RESTClient(),
		os.Getenv(common.EnvVarPodName), types.UID(os.Getenv(common.EnvVarPodUID)),
		os.Getenv(common.EnvVarWorkflowName), types.UID(os.Getenv(common.EnvVarWorkflowUID)),
		os.Getenv(common.EnvVarNodeID), namespace, sharedFolder{}, template,
		os.Getenv(common.EnvVarIncludeScriptOutput) == "true", deadline, patch, file)
	return &made, nil
}

// readTemplate takes the template from the environment, or from the file that the init container left.
func readTemplate() (v1alpha1.Template, error) {
	var template v1alpha1.Template
	text, given := os.LookupEnv(common.EnvVarTemplate)
	if given && text != common.EnvVarTemplateOffloaded {
		return template, json.Unmarshal([]byte(text), &template)
	}
	file := filepath.Join(common.VarRunArgoPath, "template")
	if given {
		file = filepath.Join(common.EnvConfigMountPath, common.EnvVarTemplate)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return template, err
	}
	return template, json.Unmarshal(data, &template)
}

func prepare(ctx context.Context) error {
	we, err := newExecutor(ctx)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		we.Init,
		func() error { return we.StageFiles(ctx) },
		func() error { return we.LoadArtifactsWithoutPlugins(ctx) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func collect(ctx context.Context) error {
	we, err := newExecutor(ctx)
	if err != nil {
		return err
	}
	we.InitializeOutput(ctx)
	defer we.FinalizeOutput(context.WithoutCancel(ctx))
	failures := []error{we.Wait(ctx)}
	ctx = context.WithoutCancel(ctx)
	if we.Template.Resource != nil {
		return errors.Join(append(failures, we.ReportOutputsLogs(ctx))...)
	}
	failures = append(failures, we.CaptureScriptResult(ctx), we.SaveParameters(ctx))
	saved, err := we.SaveArtifacts(ctx)
	saved = append(saved, we.SaveLogs(ctx)...)
	return errors.Join(append(failures, err, we.ReportOutputs(ctx, saved))...)
}

func manage(ctx context.Context, action string) error {
	we, err := newExecutor(ctx)
	if err != nil {
		return err
	}
	we.InitializeOutput(ctx)
	defer we.FinalizeOutput(context.WithoutCancel(ctx))
	if err := we.StageFiles(ctx); err != nil {
		return err
	}
	namespace, name, link, err := we.ExecResource(ctx, action, common.ExecutorResourceManifestPath, we.Template.Resource.Flags)
	if err != nil || action == "delete" {
		return err
	}
	if err := we.WaitResource(ctx, namespace, name, link); err != nil {
		return err
	}
	return we.SaveResourceParameters(ctx, namespace, name)
}
