// Package goprogram runs programs of this module that answer questions, in JSON. So what
// is rarely asked need not be linked into each program that may ask it.
package goprogram

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

// Program is a program of this module that calls [Serve]. `go run` builds it for the first
// question, without the flags of a test, such as -race. It ends when the program that asks
// does.
type Program struct {
	Path string // its package
	Name string // what it is, for messages: "the compiler of MJML"

	turn    sync.Mutex // held from a question to its answer
	running *process   // nil before the first question, and after a failure
}

// process is the running program. It ends when its input does.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	stderr bytes.Buffer
}

// Ask sets answer, a pointer, to what the program answers. It starts the program if it
// does not run, and fails if the program cannot be built or ends.
func (p *Program) Ask(question, answer any) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.running == nil {
		var err error
		if p.running, err = start(p.Path); err != nil {
			return fmt.Errorf("start %s: %w", p.Name, err)
		}
		slow := time.AfterFunc(3*time.Second, func() {
			fmt.Fprintf(os.Stderr, "building %s once (half a minute at most)…\n", p.Name)
		})
		defer slow.Stop()
	}
	err := json.NewEncoder(p.running.in).Encode(question)
	if err == nil {
		err = p.running.out.Decode(answer)
	}
	if err != nil {
		err = fmt.Errorf("ask %s: go run %s: %w", p.Name, p.Path, p.running.end(err))
		p.running = nil
	}
	return err
}

func start(path string) (*process, error) {
	p := &process{cmd: exec.Command("go", "run", path)}
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

// end waits for the end of a program that failed, and returns an error with what it wrote.
func (p *process) end(why error) error {
	_ = p.in.Close()
	why = errors.Join(why, p.cmd.Wait())
	return fmt.Errorf("%w\n%s", why, strings.TrimSpace(p.stderr.String()))
}

// Serve answers each question that the reader has, until it ends. It is the main of a
// [Program], on its standard input and output.
func Serve[Q, A any](from io.Reader, to io.Writer, answer func(Q) A) error {
	in, out := json.NewDecoder(from), json.NewEncoder(to)
	for {
		var question Q
		if err := in.Decode(&question); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a question: %w", err)
		}
		if err := out.Encode(answer(question)); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
}
