package client_test

func crashChild() bool { return false }
