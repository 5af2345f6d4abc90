using ModelServing.EndToEnd.Tests;
using Xunit.Sdk;

// Most tests start a whole platform, and wait for a part of their time.
[assembly: Xunit.v3.Parallelization(Mode = ParallelMode.Collections, MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
