package gatewaytest

import (
	"fmt"
	"os"
	"strings"
)

// Stolen begins to watch what the host of a virtual machine gives to others: the
// function that it returns says which share of the processors' time that was
// since. Times measured while much is stolen are the host's and not ours. Where
// the system does not tell it is 0.
func Stolen() (share func() float64) {
	all, stolen := processors()
	return func() float64 {
		allNow, stolenNow := processors()
		if allNow == all {
			return 0
		}
		return float64(stolenNow-stolen) / float64(allNow-all)
	}
}

// processors reads how much time there was, and how much of it was stolen, of
// all processors since the machine started, in ticks: proc_stat(5).
func processors() (all, stolen uint64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var user, nice, system, idle, wait, irq, soft uint64
	if _, err := fmt.Sscanf(line, "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &wait, &irq, &soft, &stolen); err != nil {
		return 0, 0
	}
	return user + nice + system + idle + wait + irq + soft + stolen, stolen
}
