// Command policyfile writes the policy in a folder to a file, as it is stored, without
// holdouts: else a tenth of the bench's messages would not go.
//
//	go run ./infra/proof/bench/policyfile FOLDER FILE
package main

import (
	"errors"
	"fmt"
	"os"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/policyfiles"
	"regulars/shared/shoppolicy"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: policyfile FOLDER FILE")
	}
	p, err := policyfiles.Load(os.DirFS(args[0]), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return err
	}
	for i := range p.Campaigns {
		p.Campaigns[i].Holdout, p.Campaigns[i].JourneyHoldout = 0, 0
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], packed, 0o600)
}
