package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"regulars/shared/nps"
)

// readAnswers reads answers of 0 to 10, one a line, and returns their score. It
// ignores empty lines. It fails on any other text and names the line.
func readAnswers(name string) (*nps.Score, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	var answers []int
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		answer, err := strconv.Atoi(text)
		if err != nil || answer < 0 || answer > 10 {
			return nil, fmt.Errorf("%s:%d: %q is not an answer; write a number from 0 to 10, one a line", name, n, text)
		}
		answers = append(answers, answer)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	score, err := nps.Of(answers)
	return &score, err
}
