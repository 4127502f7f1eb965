package main

import (
	"fmt"
	"strconv"

	"regulars/shared/inputfault"
	"regulars/shared/shoppolicy"
)

// deployed returns advice if the stack keeps logs or queue messages for another time
// than privacy.yaml says. Those are fixed when the stack is deployed: LOG_DAYS and
// QUEUE_SECONDS have its values; without them nothing is compared.
func deployed(getenv func(string) string, keep shoppolicy.KeepDays) (all inputfault.InFiles) {
	keep = keep.WithDefaults()
	compare := func(kind string, said, is int, parameter string) {
		if is == 0 || is == said {
			return
		}
		all = append(all, inputfault.InFile{
			File: "privacy.yaml", Text: fmt.Sprintf("%s says %d days, and the stack keeps them for %d", kind, said, is),
			Hint: fmt.Sprintf("write %d, or deploy with the parameter %s", is, parameter),
		})
	}
	logs, _ := strconv.Atoi(getenv("LOG_DAYS"))
	seconds, _ := strconv.Atoi(getenv("QUEUE_SECONDS"))
	compare("logs", keep.Logs, logs, fmt.Sprintf("LogDays=%d", keep.Logs))
	compare("queues", keep.Queues, seconds/86_400, fmt.Sprintf("QueueSeconds=%d", keep.Queues*86_400))
	return all
}
