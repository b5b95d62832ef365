package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc: 1/100 s on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// cpu is the processor time that the processes of one run have used.
type cpu struct{ gateway, load, database time.Duration }

func (c cpu) since(from cpu) cpu {
	return cpu{c.gateway - from.gateway, c.load - from.load, c.database - from.database}
}

// each is the share of one of n answers.
func (c cpu) each(n int64) cpu {
	d := time.Duration(max(n, 1))
	return cpu{c.gateway / d, c.load / d, c.database / d}
}

// middle is the median of each.
func middle(all []cpu) cpu {
	var gateway, load, database []time.Duration
	for _, c := range all {
		gateway, load, database = append(gateway, c.gateway), append(load, c.load), append(database, c.database)
	}
	return cpu{median(gateway), median(load), median(database)}
}

// cpuOf reads the processor time of this process, of the gateway, and of every
// other descendant, which is the database: the other half of a pair is idle.
func cpuOf(gateway int) (cpu, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return cpu{}, fmt.Errorf("read processor times: %w", err)
	}
	type process struct {
		parent int
		used   time.Duration
		ended  time.Duration // of its children
	}
	all := make(map[int]process, len(files))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid … utime, stime and those of ended children are
		// the 14th to 17th (proc_pid_stat(5)); the name may hold spaces.
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		parent, _ := strconv.Atoi(fields[1])
		var ticks [4]time.Duration
		for i := range ticks {
			n, _ := strconv.ParseInt(fields[11+i], 10, 64)
			ticks[i] = time.Duration(n)
		}
		all[pid] = process{parent, (ticks[0] + ticks[1]) * tick, (ticks[2] + ticks[3]) * tick}
	}
	self := os.Getpid()
	c := cpu{gateway: all[gateway].used, load: all[self].used}
	for pid, p := range all {
		if pid == self || pid == gateway {
			continue
		}
		for up := p.parent; up > 1; up = all[up].parent {
			if up == self {
				c.database += p.used + p.ended
				break
			}
		}
	}
	return c, nil
}

// resident is the memory that a process holds in RAM, in bytes.
func resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read resident memory: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("read resident memory: no VmRSS")
}
