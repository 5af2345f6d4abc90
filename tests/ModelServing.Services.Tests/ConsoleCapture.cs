// Hosts run in this process and log to its console: their lines belong to the test that fails, and to no other's output.
[assembly: CaptureConsole]
