namespace ModelServing.Infra.Tests.Stacks;

/// <summary>A process can run only one Pulumi program at a time.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public class OneAtATime;
