// SPDX-License-Identifier: MIT

// With cgo the Go runtime maps its memory through the C library; with an argument, ever more of it.
package main

/*
#include <stdlib.h>
#include <string.h>
static size_t fill(char *block, size_t size) { memset(block, 'c', size); return strlen(block); }
*/
import "C"

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"unsafe"
)

func churn(seed uint32) int {
	kept := map[uint32]string{}
	sum := 0
	for i := 0; i < 40000; i++ {
		seed = seed*1103515245 + 12345
		kept[seed%3000] = strings.Repeat("x", int(seed>>16)%200)
		sum += len(kept[seed%3000])
	}
	return sum
}

func main() {
	var all [][]byte
	for len(os.Args) > 1 {
		all = append(all, make([]byte, 1<<20))
	}
	var group sync.WaitGroup
	sums := make([]int, 8)
	for i := range sums {
		group.Add(1)
		go func(i int) { sums[i] = churn(uint32(i)); group.Done() }(i)
	}
	group.Wait()
	runtime.GC()
	block := C.calloc(1, 1001)
	fmt.Println(sums, C.fill((*C.char)(block), 1000))
	C.free(unsafe.Pointer(block))
	said, err := exec.Command("echo", "child").Output()
	fmt.Print(string(said), err, "\n")
}
