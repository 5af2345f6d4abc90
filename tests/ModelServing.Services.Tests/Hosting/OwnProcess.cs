namespace ModelServing.Services.Tests.Hosting;

/// <summary>Tests that change global state of the process, so no other test runs at the same time.</summary>
[CollectionDefinition(nameof(OwnProcess), DisableParallelization = true)]
public sealed class OwnProcess;
