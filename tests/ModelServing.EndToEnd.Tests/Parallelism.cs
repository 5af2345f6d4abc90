using Xunit.Sdk;

// One test at a time: most start a whole platform, which needs the processors.
[assembly: Xunit.v3.Parallelization(Mode = ParallelMode.None)]
