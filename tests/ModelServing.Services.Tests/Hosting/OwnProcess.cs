using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>Tests that change global state of the process, so no other test of their process runs at the same time.</summary>
[Trait(ThirdLane.Trait, ThirdLane.Value)]
[CollectionDefinition(nameof(OwnProcess), DisableParallelization = true)]
public sealed class OwnProcess;
