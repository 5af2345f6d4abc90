// Hosts run in this process and log to its console. This assigns their lines to the test that prints them.
[assembly: CaptureConsole]
