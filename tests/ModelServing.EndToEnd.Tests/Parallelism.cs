using Xunit.Sdk;

// Each test starts a whole platform: one at a time, so that none waits for the processors of another.
[assembly: Xunit.v3.Parallelization(Mode = ParallelMode.None)]
