package lambda

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	tailSize = 4 << 10 // bytes that LogType Tail gives
	logSize  = 10 << 20
)

// logFile is one function's log, which all its processes write to line by line.
type logFile struct {
	path string
	mu   sync.Mutex
	file *os.File
}

// openLog opens a log to be appended to. One that has grown past 10 MB is put
// aside first, in place of the one put aside before.
func openLog(path string) (*logFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > logSize {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return &logFile{path: path, file: file}, err
}

// platform writes a line of the service's own.
func (l *logFile) platform(format string, a ...any) {
	l.write([]byte(time.Now().UTC().Format("2006-01-02T15:04:05.000Z ") + fmt.Sprintf(format, a...) + "\n"))
}

func (l *logFile) write(lines []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.file.Write(lines) // a full disk must not stop the functions
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.file.Close()
}

func (l *logFile) writer() *output { return &output{log: l} }

// output is what one process writes. Whole lines go to the log, so that those
// of two processes do not mix; the end of it is kept for whoever asks.
type output struct {
	log  *logFile
	mu   sync.Mutex
	line []byte // begun, not ended
	last []byte // since the call began, at most tailSize
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = append(o.last, text...)
	if extra := len(o.last) - tailSize; extra > 0 {
		o.last = append(o.last[:0], o.last[extra:]...)
	}
	o.line = append(o.line, text...)
	if end := bytes.LastIndexByte(o.line, '\n') + 1; end > 0 {
		o.log.write(o.line[:end])
		o.line = append(o.line[:0], o.line[end:]...)
	}
	return len(text), nil
}

// begin forgets what was written before the call that begins.
func (o *output) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = nil
}

// flush writes a last line that was not ended.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.log.write(append(o.line, '\n'))
		o.line = nil
	}
}

func (o *output) tail() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.last)
}

func lastLine(text []byte) string {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(lines[len(lines)-1])
}
