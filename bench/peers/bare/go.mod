module github.com/holdfast-ws/holdfast/bench/peers/bare

go 1.26.0
