namespace ModelServing.Infra.Tests.Stacks;

/// <summary>Pulumi runs one program at a time in a process.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public class OneAtATime;
