namespace ModelServing.Services.Tests.Cache.Features;

/// <summary>Values of features on a cluster of three redis-servers.</summary>
public sealed class ClusterFeatureValuesTests() : FeatureValuesTests(TestedCluster.StartAsync);
