package mjml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// program is the compiler. It is built without the flags of a test, such as -race.
const program = "regulars/infra/ops/publish/mjml/compiler"

// process is the running compiler. It ends when its input does, so when this program
// ends.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	stderr bytes.Buffer
}

var (
	turn    sync.Mutex // held from a source to its answer
	running *process   // nil before the first source, and after a failure
)

// fresh returns the HTML of a source, or the faults, from the compiler, which it starts
// if it does not run.
func fresh(source string) (string, error) {
	turn.Lock()
	defer turn.Unlock()
	if running == nil {
		var err error
		if running, err = start(); err != nil {
			return "", fmt.Errorf("start the compiler of MJML: %w", err)
		}
		slow := time.AfterFunc(3*time.Second, func() {
			fmt.Fprintln(os.Stderr, "building the compiler of MJML once (half a minute at most)…")
		})
		defer slow.Stop()
	}
	var answer [2]string // HTML, text of the error
	err := json.NewEncoder(running.in).Encode(source)
	if err == nil {
		err = running.out.Decode(&answer)
	}
	if err != nil {
		err = running.end(err)
		running = nil
		return "", err
	}
	if answer[1] != "" {
		return "", faults(answer[1])
	}
	return answer[0], nil
}

func start() (*process, error) {
	p := &process{cmd: exec.Command("go", "run", program)}
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, json.NewDecoder(out)
	return p, p.cmd.Start()
}

// end waits for the end of a compiler that failed, and returns an error with what it
// wrote.
func (p *process) end(why error) error {
	_ = p.in.Close()
	why = errors.Join(why, p.cmd.Wait())
	return fmt.Errorf("compile MJML: go run %s: %w\n%s", program, why, strings.TrimSpace(p.stderr.String()))
}
