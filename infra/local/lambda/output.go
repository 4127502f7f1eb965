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
	tailSize = 4 << 10  // bytes that LogType Tail returns
	logSize  = 10 << 20 // bytes after which a log is rotated
)

// logFile is the log of one function. All its processes write to it, line by
// line.
type logFile struct {
	path string
	mu   sync.Mutex
	file *os.File
}

// openLog opens a log for appending. If the log is larger than 10 MB, openLog
// first renames it to path.1, which replaces an older path.1.
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

// platform writes a line of the Lambda service itself, such as START.
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

// output receives the output of one process. It writes only whole lines to the
// log, so that the lines of two processes do not mix, and keeps the end of the
// output for LogType Tail and for error messages.
type output struct {
	log  *logFile
	mu   sync.Mutex
	line []byte // incomplete last line
	last []byte // output since the call began, at most tailSize
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

// begin discards the output of earlier calls.
func (o *output) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = nil
}

// flush writes an incomplete last line to the log.
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
