package schedule_test

import (
	"fmt"
	"time"

	"regulars/infra/local/schedule"
)

func ExampleParse() {
	lastFriday, err := schedule.Parse("cron(0 9 ? * FRIL *)", "Europe/Athens")
	if err != nil {
		fmt.Println(err)
		return
	}
	next, _ := lastFriday.Next(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	fmt.Println(next)
	// Output: 2026-11-27 09:00:00 +0200 EET
}
