package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	failure "github.com/argoproj/argo-workflows/v4/errors"
	"github.com/argoproj/argo-workflows/v4/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v4/workflow/common"
)

// sharedFolder is how the containers of a pod talk to each other: files in an emptyDir that all of them mount.
type sharedFolder struct{}

func in(parts ...string) string {
	return filepath.Join(append([]string{common.VarRunArgoPath}, parts...)...)
}

// Init leaves this binary and the template for the other containers.
func (sharedFolder) Init(template v1alpha1.Template) error {
	syscall.Umask(0)
	own, err := os.Executable()
	if err != nil {
		return err
	}
	if err := copyFile(own, in("argoexec"), 0o555); err != nil {
		return err
	}
	data, err := json.Marshal(template)
	if err != nil {
		return err
	}
	return os.WriteFile(in("template"), data, 0o444)
}

// GetFileContents is an output parameter, which the main container has copied here.
func (sharedFolder) GetFileContents(_ string, path string) (string, error) {
	data, err := os.ReadFile(in("outputs", "parameters", path))
	return string(data), err
}

// CopyFile takes an output artifact, which the main container has packed here.
func (sharedFolder) CopyFile(_ context.Context, _ string, source, target string, _ int) error {
	err := copyFile(in("outputs", "artifacts", strings.TrimSuffix(source, "/")+".tgz"), target, 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return failure.New(failure.CodeNotFound, err.Error()) // an optional one, perhaps
	}
	return err
}

// GetOutputStream is what a container has written.
func (sharedFolder) GetOutputStream(_ context.Context, container string, combined bool) (io.ReadCloser, error) {
	if combined {
		return os.Open(in("ctr", container, "combined"))
	}
	return os.Open(in("ctr", container, "stdout"))
}

// Wait ends when all these containers have left their exit codes.
func (sharedFolder) Wait(ctx context.Context, containers []string) error {
	for _, container := range containers {
		for {
			if _, err := os.Stat(in("ctr", container, "exitcode")); err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(200 * time.Millisecond):
			}
		}
	}
	return nil
}

// Kill asks containers to end, and ends them when the time of grace is over.
func (folder sharedFolder) Kill(ctx context.Context, containers []string, grace time.Duration) error {
	for _, ask := range []struct {
		signal syscall.Signal
		within time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, 10 * time.Second}} {
		for _, container := range containers {
			if err := os.MkdirAll(in("ctr", container), 0o777); err != nil {
				return err
			}
			if err := os.WriteFile(in("ctr", container, "signal"), []byte(strconv.Itoa(int(ask.signal))), 0o666); err != nil {
				return err
			}
		}
		waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), ask.within)
		err := folder.Wait(waiting, containers)
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("containers %v do not end", containers)
}

// runMain is the main container: it starts the command, hands on signals, and leaves exit code and outputs.
func runMain(words []string) (code int) {
	syscall.Umask(0)
	name := os.Getenv(common.EnvVarContainerName)
	code = 64
	fail := func(err error) int { fmt.Fprintln(os.Stderr, err); return code }
	if err := os.MkdirAll(in("ctr", name), 0o777); err != nil {
		return fail(err)
	}
	defer func() { _ = os.WriteFile(in("ctr", name, "exitcode"), []byte(strconv.Itoa(code)), 0o644) }()
	template, err := readTemplate()
	if err != nil {
		return fail(err)
	}
	command := exec.Command(words[0], words[1:]...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Stdin = os.Stdin
	stdout, err := os.Create(in("ctr", name, "stdout"))
	if err != nil {
		return fail(err)
	}
	combined, err := os.Create(in("ctr", name, "combined"))
	if err != nil {
		return fail(err)
	}
	command.Stdout, command.Stderr = io.MultiWriter(os.Stdout, stdout, combined), io.MultiWriter(os.Stderr, combined)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	if err := command.Start(); err != nil {
		return fail(err)
	}
	go func() {
		for {
			select {
			case got := <-signals:
				_ = syscall.Kill(-command.Process.Pid, got.(syscall.Signal))
			case <-time.After(300 * time.Millisecond):
				if data, err := os.ReadFile(in("ctr", name, "signal")); err == nil {
					number, _ := strconv.Atoi(strings.TrimSpace(string(data)))
					_ = os.Remove(in("ctr", name, "signal"))
					_ = syscall.Kill(-command.Process.Pid, syscall.Signal(number))
				}
			}
		}
	}()
	err = command.Wait()
	code = exitCode(err)
	if name != common.MainContainerName {
		return code
	}
	if err := saveOutputs(template); err != nil {
		code = 64
		return fail(err)
	}
	return code
}

func exitCode(err error) int {
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &ended):
		return 64
	case ended.ExitCode() >= 0:
		return ended.ExitCode()
	default:
		return 128 + int(ended.Sys().(syscall.WaitStatus).Signal())
	}
}

// saveOutputs copies what lies in this container only; what lies on a volume that the wait container mounts too, stays there.
func saveOutputs(template v1alpha1.Template) error {
	for _, parameter := range template.Outputs.Parameters {
		if parameter.ValueFrom == nil || parameter.ValueFrom.Path == "" || common.FindOverlappingVolume(&template, parameter.ValueFrom.Path) != nil {
			continue
		}
		err := copyFile(parameter.ValueFrom.Path, in("outputs", "parameters", parameter.ValueFrom.Path), 0o644)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a missing one may have a default
			return err
		}
	}
	for _, artifact := range template.Outputs.Artifacts {
		if artifact.Path == "" || common.FindOverlappingVolume(&template, artifact.Path) != nil {
			continue
		}
		err := pack(artifact.Path, in("outputs", "artifacts", strings.TrimSuffix(artifact.Path, "/")+".tgz"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func copyFile(source, target string, mode os.FileMode) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	to, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		_ = to.Close()
		return err
	}
	return to.Close()
}

// pack writes a file or a folder as a compressed archive whose entries begin with its own name.
func pack(source, target string) error {
	if _, err := os.Stat(source); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	defer file.Close()
	zip := gzip.NewWriter(file)
	archive := tar.NewWriter(zip)
	err = filepath.Walk(source, func(path string, info fs.FileInfo, err error) error {
		if err != nil || !(info.Mode().IsRegular() || info.IsDir()) {
			return err
		}
		header, err := tar.FileInfoHeader(info, "")
		if err != nil {
			return err
		}
		if header.Name, err = filepath.Rel(filepath.Dir(source), path); err != nil {
			return err
		}
		if err := archive.WriteHeader(header); err != nil || info.IsDir() {
			return err
		}
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(archive, from)
		return err
	})
	return errors.Join(err, archive.Close(), zip.Close())
}
