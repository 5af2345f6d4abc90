namespace ModelServing.Services.Tests.Hosting;

/// <summary>Those who change what a process has once, so that nothing else runs beside them.</summary>
[CollectionDefinition(nameof(OwnProcess), DisableParallelization = true)]
public sealed class OwnProcess;
