using ModelServing.EndToEnd.Tests.Docs;
using ModelServing.EndToEnd.Tests.Preview;
using Xunit.Sdk;
using Xunit.v3;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Starts the classes that take longest first, so that none of them still runs when all others have ended.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // In an order that a run on two processors gave.
    private static readonly string[] Longest =
    [
        .. new[]
        {
            typeof(PoolTests), typeof(SoakTests), typeof(BenchTests), typeof(IsolationTests), typeof(DemoTests), typeof(SplittingTests),
            typeof(ServingTests), typeof(IdentityTests), typeof(HostileTests), typeof(NotebookTests), typeof(BucketTests),
            typeof(ArtifactTests), typeof(FailoverTests), typeof(HostileRouterTests), typeof(FeatureCanaryTests),
            typeof(FeatureServerTests), typeof(EarlierProgramTests),
        }.Select(static type => $"{type.FullName} "),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static collection => PlaceOf(collection.TestCollectionDisplayName))];

    // A class without a collection of its own gets one that its name is part of.
    private static int PlaceOf(string collection)
    {
        var place = Array.FindIndex(Longest, name => collection.Contains(name, StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
